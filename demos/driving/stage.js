// A picture that says what is at a pixel, without asking the server: a second picture holds ids and confidence.

export class Stage {
  constructor(root, words) {
    this.root = root;
    this.words = words;
    this.image = root.querySelector('img');
    this.canvas = root.querySelector('canvas');
    this.chip = root.querySelector('.dr-chip');
    this.mark = document.createElement('i');
    this.mark.className = 'dr-mark';
    this.mark.hidden = true;
    root.append(this.mark);
    this.labels = JSON.parse(root.dataset.labels);
    this.base = `/driving/${pageLanguage}/${root.dataset.token}/${encodeURIComponent(root.dataset.weights)}`;
    this.group = [this]; // stages that point at the same place
    this.at = [.5, .6];
    for (const kind of ['pointermove', 'pointerdown']) root.addEventListener(kind, (event) => this.follow(event));
    root.addEventListener('pointerleave', ({ pointerType }) => {
      if (pointerType === 'mouse' && document.activeElement !== root) this.group.forEach((stage) => stage.leave());
    });
    root.addEventListener('keydown', (event) => this.step(event));
    root.addEventListener('blur', () => this.group.forEach((stage) => stage.leave()));
  }

  // The latest wish wins; those in between are never asked for.
  async show(view, opacity) {
    this.wanted = { view, opacity };
    this.busy ??= this.work().finally(() => {
      clearTimeout(this.slow);
      this.root.removeAttribute('aria-busy');
      this.busy = null;
    });
    return this.busy;
  }

  async work() {
    let told;
    this.slow = setTimeout(() => this.root.setAttribute('aria-busy', 'true'), 500); // what is quick needs no sign
    while (this.wanted) {
      const { view, opacity } = this.wanted;
      this.wanted = null;
      told = await this.fetchView(view, opacity);
    }
    return told;
  }

  async fetchView(view, opacity) {
    const response = await ask(`${this.base}/views/${view}?opacity=${opacity}`);
    const caption = decodeURIComponent(response.headers.get('X-Caption'));
    const picture = await response.blob();
    const old = this.image.src;
    this.image.src = URL.createObjectURL(picture);
    this.image.alt = caption;
    await this.image.decode();
    if (old) URL.revokeObjectURL(old);
    this.root.dataset.view = view;
    return { caption, milliseconds: response.headers.get('X-Milliseconds') };
  }

  // Give back the memory of the picture.
  forget() {
    URL.revokeObjectURL(this.image.src);
  }

  // Ids, confidence and truth of every pixel; fetched when someone first points.
  probe() {
    this.pixels ??= this.fetchProbe().catch(() => { this.pixels = null; });
    return this.pixels;
  }

  async fetchProbe() {
    const blob = await (await ask(`${this.base}/probe`)).blob();
    const exact = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' };
    const bitmap = await createImageBitmap(blob, exact);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  }

  follow(event) {
    const box = this.image.getBoundingClientRect();
    const at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    if (at.every((v) => v >= 0 && v < 1)) this.group.forEach((stage) => stage.point(...at));
  }

  step(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === 'Escape') return this.group.forEach((stage) => stage.leave());
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const by = event.shiftKey ? .05 : .01;
    const at = this.at.map((v, i) => Math.min(.999, Math.max(0, v + by * move[i])));
    this.group.forEach((stage) => stage.point(...at));
  }

  async point(x, y) {
    this.at = [x, y];
    this.pointed = true;
    const pixels = await this.probe();
    if (!pixels || !this.pointed || this.at[0] !== x || this.at[1] !== y) return;
    const row = Math.floor(y * pixels.height), column = Math.floor(x * pixels.width);
    const [id, sure, truth] = pixels.data.subarray(4 * (row * pixels.width + column));
    this.chip.replaceChildren(...this.say(id, sure, truth));
    this.chip.hidden = this.mark.hidden = false;
    for (const part of [this.chip, this.mark]) {
      part.style.left = `${100 * x}%`;
      part.style.top = `${100 * y}%`;
    }
    this.chip.classList.toggle('left', x > .55);
    this.chip.classList.toggle('above', y > .55);
  }

  say(id, sure, truth) {
    const label = this.labels[id], parts = [];
    const name = element('b', label.name);
    name.style.setProperty('--dr-color', label.color);
    parts.push(name);
    const facts = [label.category !== label.name && label.category, label.kind];
    if (this.root.dataset.sure === '1') facts.push(this.words.sure.replace('{percent}', Math.round(sure / 2.55)));
    parts.push(element('span', facts.filter(Boolean).join(' · ')));
    if (this.labels[truth] && truth !== id) parts.push(element('span', this.words.truly.replace('{name}', this.labels[truth].name)));
    return parts;
  }

  leave() {
    this.pointed = false;
    this.chip.hidden = this.mark.hidden = true;
  }

  // Darken whatever is of another class; null: nothing.
  async highlight(id) {
    this.lit = id;
    const pixels = id === null ? null : await this.probe();
    if (this.lit !== id) return;
    this.canvas.hidden = !pixels;
    if (!pixels) return;
    const { width, height, data } = pixels;
    Object.assign(this.canvas, { width, height });
    const context = this.canvas.getContext('2d');
    const shade = context.createImageData(width, height);
    for (let i = 0; i < data.length; i += 4) shade.data[i + 3] = data[i] === id ? 0 : 190;
    context.putImageData(shade, 0, 0);
  }
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

// A response, or an error with what the server says of it.
export async function ask(url) {
  const response = await fetch(url);
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw Object.assign(new Error(told.detail || response.statusText), { told: Boolean(told.detail) });
}

// Views and opacity: buttons of which one is pressed, and a slider where opacity means something.
export class Choice {
  constructor(root, start, changed) {
    this.root = root;
    Object.assign(this, start);
    this.slider = root.querySelector('.dr-opacity input');
    const pills = [...root.querySelectorAll('.dr-pill')];
    if (!pills.some((pill) => pill.dataset.view === this.view)) this.view = pills[0].dataset.view;
    this.slider.value = this.opacity;
    for (const pill of pills) pill.addEventListener('click', () => { this.view = pill.dataset.view; this.paint(); changed(); });
    this.slider.addEventListener('input', () => { this.opacity = Number(this.slider.value); this.paint(); changed(); });
    this.paint();
  }

  paint() {
    for (const pill of this.root.querySelectorAll('.dr-pill')) {
      const on = pill.dataset.view === this.view;
      pill.setAttribute('aria-pressed', on);
      if (on) this.slider.disabled = pill.dataset.fades === '0';
    }
    this.root.querySelector('.dr-opacity output').textContent = `${this.opacity} %`;
  }
}

// Say what went wrong in a line of its own; an empty text takes it away.
export function complain(root, text) {
  let line = root.querySelector(':scope > .dr-error');
  if (!line && !text) return;
  if (!line) {
    line = element('p', '');
    line.className = 'dr-error';
    line.setAttribute('role', 'alert');
    root.prepend(line);
  }
  line.textContent = text;
  line.hidden = !text;
}
