// One scene: its picture in the chosen view, its legend, its files.
import { Choice, Stage, ask, complain } from './stage.js';

// What stays the same from one picture to the next.
export const kept = { view: 'overlay', opacity: 55, token: null };
let last = null; // the newest viewer's content, to stand until the next one has its own

export class Viewer {
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(root.dataset.words);
    if (last) {
      root.replaceChildren(...last);
      root.classList.add('stale');
      root.inert = true;
    }
    this.load().catch((error) => this.failed(error));
  }

  async load() {
    const { token, weights } = this.root.dataset;
    const answer = await ask(`/driving/${pageLanguage}/${token}/${encodeURIComponent(weights)}`);
    const made = document.createElement('div');
    made.innerHTML = await answer.text();
    const stage = new Stage(made.querySelector('.dr-stage'), this.words);
    const choice = new Choice(made, kept, () => this.show());
    Object.assign(this, { stage, choice, content: made });
    const told = await stage.show(choice.view, choice.opacity);
    for (const picture of this.root.querySelectorAll('img[src^=blob]')) URL.revokeObjectURL(picture.src);
    last = [...made.childNodes];
    this.root.replaceChildren(...last);
    this.root.classList.remove('stale');
    this.root.inert = false;
    choice.root = this.root;
    kept.token = token;
    this.tell(told);
    this.wireLegend();
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
    this.root.querySelector('.dr-caption').textContent = caption;
    this.root.querySelector('.dr-view-ms').textContent = `${milliseconds} ms`;
    this.root.querySelector('.dr-outcomes').hidden = this.choice.view !== 'errors';
    for (const link of this.root.querySelectorAll('[data-file=overlay]'))
      link.href = link.href.replace(/(\?.*)?$/, `?opacity=${this.choice.opacity}`);
  }

  failed(error) {
    this.root.inert = false;
    complain(this.root, error.told ? error.message : this.words.unreachable);
  }

  // A class that is pointed at stays alone in the light; a click keeps it so.
  wireLegend() {
    const buttons = [...this.root.querySelectorAll('.dr-legend button')];
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
