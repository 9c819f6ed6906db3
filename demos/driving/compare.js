// Networks beside each other, one after the other, all of them pointing at the same place.
import { Choice, Stage, ask, complain } from './stage.js';
import { kept } from './viewer.js';

export class Compare {
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(root.dataset.words);
    this.turn = 0;
    // The tab may come back after another picture was opened.
    new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.refresh()).observe(root);
  }

  refresh() {
    const token = kept.token || this.root.dataset.token;
    if (token === this.shown) return;
    this.shown = token;
    this.load(token, ++this.turn).catch((error) => {
      this.shown = null;
      complain(this.root, error.told ? error.message : this.words.unreachable);
    });
  }

  async load(token, turn) {
    const answer = await ask(`/driving/${pageLanguage}/${token}/compare`);
    const text = await answer.text();
    if (turn !== this.turn) return;
    this.root.innerHTML = text;
    this.stages = [];
    this.choice = new Choice(this.root, { view: 'overlay', opacity: kept.opacity }, () => this.show());
    for (const card of this.root.querySelectorAll('.dr-card')) {
      const { weights } = card.dataset;
      const made = await ask(`/driving/${pageLanguage}/${token}/${encodeURIComponent(weights)}/card`);
      const inside = await made.text();
      if (turn !== this.turn) return;
      card.innerHTML = inside;
      const place = card.querySelector('.dr-stage');
      if (!place) continue; // the card says what is wrong with its network
      const stage = new Stage(place, this.words);
      stage.views = card.dataset.views.split(' ');
      this.stages.push(stage);
      stage.group = this.stages;
      await this.showOne(stage);
    }
  }

  show() {
    Promise.all(this.stages.map((stage) => this.showOne(stage)))
      .then(() => complain(this.root, ''))
      .catch((error) => complain(this.root, error.told ? error.message : this.words.unreachable));
  }

  // The truth has neither doubts nor errors: it stays what it is.
  showOne(stage) {
    const view = stage.views.includes(this.choice.view) ? this.choice.view : 'color';
    return stage.show(view, this.choice.opacity);
  }
}
