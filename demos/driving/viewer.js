// One scene: its picture in the chosen view, its legend, its files.
import { Choice, Stage, ask, complain } from './stage.js';

// What stays the same from one picture to the next.
export const kept = { view: 'overlay', opacity: 55, token: null };
let opened = 0; // viewers so far: the answer of one that is not the newest comes too late
let last = null; // the newest viewer that has something to show: it stands until the next one has, too

export class Viewer {
  constructor(root) {
    this.root = root;
    this.turn = ++opened;
    this.words = JSON.parse(root.dataset.words);
    if (last) {
      root.replaceChildren(last.above);
      last.root = root;
      last.wait(true);
    }
    this.load().catch((error) => {
      if (this.turn !== opened) return;
      last?.wait(false);
      this.failed(error);
    });
  }

  async load() {
    const { token, weights } = this.root.dataset;
    const answer = await ask(`/driving/${pageLanguage}/${token}/${encodeURIComponent(weights)}`);
    const made = document.createElement('div');
    made.innerHTML = await answer.text();
    this.above = made.querySelector('.dr-above');
    this.below = made.querySelector('.dr-below');
    this.stage = new Stage(this.above.querySelector('.dr-stage'), this.words);
    this.choice = new Choice(this.above, kept, () => this.show());
    const told = await this.stage.show(this.choice.view, this.choice.opacity);
    if (this.turn !== opened) return this.stage.forget();
    last?.stage.forget();
    last = this;
    this.root.replaceChildren(this.above);
    document.getElementById('dr-below').replaceChildren(this.below);
    kept.token = token;
    this.tell(told);
    this.wireLegend();
  }

  wait(on) {
    this.above.inert = this.below.inert = on;
  }

  async show() {
    Object.assign(kept, { view: this.choice.view, opacity: this.choice.opacity });
    try {
      this.tell(await this.stage.show(kept.view, kept.opacity));
      complain(this.root, '');
    } catch (error) {
      this.failed(error);
    }
  }

  tell({ caption, milliseconds }) {
    this.above.querySelector('.dr-caption').textContent = caption;
    this.above.querySelector('.dr-outcomes').hidden = this.choice.view !== 'errors';
    this.below.querySelector('.dr-view-ms').textContent = `${milliseconds} ms`;
    const overlay = this.below.querySelector('[data-file=overlay]');
    overlay.href = `${overlay.pathname}?opacity=${this.choice.opacity}`;
  }

  failed(error) {
    this.root.querySelector('.dr-waiting')?.remove();
    complain(this.root, error.told ? error.message : this.words.unreachable);
  }

  // A class that is pointed at stays alone in the light; a click keeps it so.
  wireLegend() {
    const buttons = [...this.below.querySelectorAll('.dr-legend button')];
    let pinned = null;
    const light = (button) => this.stage.highlight(button ? Number(button.dataset.id) : null);
    for (const button of buttons) {
      for (const kind of ['pointerenter', 'focus']) button.addEventListener(kind, () => light(button));
      for (const kind of ['pointerleave', 'blur']) button.addEventListener(kind, () => light(pinned));
      button.addEventListener('click', () => {
        pinned = pinned === button ? null : button;
        for (const other of buttons) other.setAttribute('aria-pressed', other === pinned);
        light(pinned);
      });
    }
  }
}
