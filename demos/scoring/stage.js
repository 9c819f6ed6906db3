// What the moving examples share: a painted grid with handles on it, and a server that scores where they are.

const STEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAST = 5; // cells a step with Shift

export const isDark = () => document.body.classList.contains('dark');
export const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
export const cssColor = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A grid of cells. paint(context, cell, stage) draws it whenever size or theme change.
export class Stage {
  constructor(box, columns, rows, paint) {
    Object.assign(this, { box, columns, rows, paint });
    this.canvas = box.querySelector('canvas');
    new ResizeObserver(() => this.draw()).observe(box);
    new MutationObserver(() => this.draw()).observe(document.body, { attributeFilter: ['class'] });
  }

  draw() {
    const width = this.box.clientWidth;
    if (!width) return; // its tab is not shown
    const cell = Math.max(1, Math.round((width * devicePixelRatio) / this.columns));
    this.canvas.width = cell * this.columns;
    this.canvas.height = cell * this.rows;
    this.paint(this.canvas.getContext('2d'), cell, this);
  }

  cellAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const cell = (at, start, size, count) => clamp(Math.floor(((at - start) / size) * count), 0, count - 1);
    return [cell(event.clientX, box.left, box.width, this.columns), cell(event.clientY, box.top, box.height, this.rows)];
  }
}

// An example: its state goes to the server, whose reply is shown. One request at a time, the newest state next.
export class Demo {
  constructor(root, stage) {
    this.root = root;
    this.config = JSON.parse(root.dataset.demo);
    this.state = structuredClone(this.config.reply.state);
    this.url = new URL(`../${this.config.path}`, import.meta.url);
    this.buttons = new Map();
    this.stage = new Stage(stage, this.config.columns, this.config.rows, (...a) => this.reply && this.paint(...a));
    this.show(this.config.reply);
  }

  find(selector) { return this.root.querySelector(selector); }

  changed() {
    this.dirty = true;
    if (!this.busy) this.send();
  }

  async send() {
    this.busy = true;
    while (this.dirty) {
      this.dirty = false;
      try {
        const response = await fetch(this.url, {
          method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(this.state),
        });
        if (!response.ok) throw new Error(response.status);
        const reply = await response.json();
        // What was moved meanwhile is newer than what the server answers.
        if (!this.dirty) this.state = structuredClone(reply.state);
        this.show(reply);
        this.find('[data-lost]').hidden = true;
      } catch {
        this.find('[data-lost]').hidden = false;
        break;
      }
    }
    this.busy = false;
  }

  show(reply) {
    this.reply = reply;
    this.find('.sc-panel').innerHTML = reply.html;
    this.placeHandles();
    this.stage.draw();
    clearTimeout(this.speaking); // a screen reader is told where it came to rest, not every step
    if (this.spoken) this.speaking = setTimeout(() => { this.find('.sc-said').textContent = reply.said; }, 500);
    this.spoken = true;
  }

  placeHandles() {
    const { columns, rows, box } = this.stage;
    const names = new Set(this.reply.handles.map((handle) => handle.name));
    for (const [name, button] of this.buttons)
      if (!names.has(name)) { button.remove(); this.buttons.delete(name); }
    this.reply.handles.forEach((handle, layer) => {
      let button = this.buttons.get(handle.name);
      if (!button) {
        button = document.createElement('button');
        Object.assign(button, { type: 'button', className: 'sc-handle' });
        button.dataset.name = handle.name;
        this.listen(button);
        this.buttons.set(handle.name, button);
        box.append(button);
      }
      const { x, y } = this.position(handle.name) || handle;
      const left = clamp(x, 0, columns), top = clamp(y, 0, rows);
      button.setAttribute('aria-label', handle.label);
      button.dataset.title = handle.title;
      const wide = columns * Math.min(.25, 90 / Math.max(1, box.clientWidth)); // room for its title beside it
      button.dataset.edge = left < wide ? 'left' : left + handle.width > columns - wide ? 'right' : '';
      Object.assign(button.style, {
        left: `${(100 * left) / columns}%`, top: `${(100 * top) / rows}%`, zIndex: layer + 1,
        width: `${(100 * Math.min(handle.width, columns - left)) / columns}%`,
        height: `${(100 * Math.min(handle.height + Math.min(y, 0), rows - top)) / rows}%`,
        touchAction: handle.width === columns ? 'pan-y' : 'none',
      });
    });
  }

  handle(name) { return this.reply.handles.find((handle) => handle.name === name); }

  moveTo(name, x, y) {
    const { left, right, top, bottom } = this.handle(name), place = this.position(name);
    x = clamp(x, left, right);
    y = clamp(y, top, bottom);
    if (x === place.x && y === place.y) return;
    Object.assign(place, { x, y });
    this.placeHandles();
    this.changed();
  }

  listen(button) {
    let held = null;
    button.addEventListener('keydown', (event) => {
      const step = STEP[event.key], name = button.dataset.name;
      if (step && !event.altKey && !event.ctrlKey && !event.metaKey) {
        const many = event.shiftKey ? FAST : 1, { x, y } = this.position(name);
        this.moveTo(name, x + many * step[0], y + many * step[1]);
      } else if (!this.pressed?.(event.key, name)) return;
      event.preventDefault();
    });
    button.addEventListener('focus', () => this.choose?.(button.dataset.name));
    button.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      // Handles are boxes: what is taken is the shape that is seen there.
      const cell = this.stage.cellAt(event), name = this.pick(cell, button.dataset.name);
      this.buttons.get(name).focus({ preventScroll: true });
      event.preventDefault();
      if (event.pointerType === 'touch' && button.style.touchAction !== 'none') return;
      button.setPointerCapture(event.pointerId);
      held = { name, cell, from: { ...this.position(name) } };
      this.root.classList.add('dragging');
    });
    button.addEventListener('pointermove', (event) => {
      if (!held || !this.position(held.name)) return;
      const [x, y] = this.stage.cellAt(event);
      this.moveTo(held.name, held.from.x + x - held.cell[0], held.from.y + y - held.cell[1]);
    });
    const release = () => { held = null; this.root.classList.remove('dragging'); };
    button.addEventListener('pointerup', release);
    button.addEventListener('pointercancel', release);
  }
}

// Calls line(x1, y1, x2, y2, side) for every edge between a cell where inside() is true and one where it is not, or
// beyond the grid. side: [dx, dy] into the inner cell, and [x, y] of the outer one.
export function edges(columns, rows, inside, line) {
  const held = (x, y) => x >= 0 && y >= 0 && x < columns && y < rows && inside(x, y);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      if (!inside(x, y)) continue;
      if (!held(x, y - 1)) line(x, y, x + 1, y, { into: [0, 1], beyond: [x, y - 1] });
      if (!held(x, y + 1)) line(x, y + 1, x + 1, y + 1, { into: [0, -1], beyond: [x, y + 1] });
      if (!held(x - 1, y)) line(x, y, x, y + 1, { into: [1, 0], beyond: [x - 1, y] });
      if (!held(x + 1, y)) line(x + 1, y, x + 1, y + 1, { into: [-1, 0], beyond: [x + 1, y] });
    }
}
