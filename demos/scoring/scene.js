// A whole scene: predicted segments that move, join, change class and go.
import { Demo, Stage, cssColor, edges, isDark } from './stage.js';

const node = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

export class SceneDemo extends Demo {
  constructor(root) {
    super(root, root.querySelector('[data-stage=prediction]'));
    const truth = this.find('[data-stage=truth]'), { columns, rows } = this.config;
    this.truth = new Stage(truth, columns, rows, (...a) => this.segments(this.reply.maps.truth, ...a));
    this.presets = root.querySelectorAll('[data-preset]');
    for (const button of this.presets)
      button.addEventListener('click', () => this.edit(() => {
        this.state = structuredClone(this.config.presets[button.dataset.preset]);
      }, button));
    this.choose(this.config.chosen);
  }

  piece(name) { return this.state.pieces.find((piece) => piece.name === name); }

  position(name) { return this.piece(name); }

  // Changes the state; no preset is shown as taken but the one that did it.
  edit(change, by = null) {
    change();
    for (const button of this.presets) button.setAttribute('aria-pressed', String(button === by));
    this.changed();
  }

  moveTo(...where) {
    super.moveTo(...where);
    for (const button of this.presets) button.setAttribute('aria-pressed', 'false');
  }

  show(reply) {
    super.show(reply);
    this.find('.sc-table-panel').innerHTML = reply.table;
    this.truth?.draw();
    if (this.presets) this.choose(this.chosen);
  }

  pick([x, y], name) {
    const segment = this.reply.maps.prediction.ids[y * this.config.columns + x];
    const under = this.reply.handles.filter((h) =>
      h.segment === segment && x >= h.x && x < h.x + h.width && y >= h.y && y < h.y + h.height);
    return under.length ? under.at(-1).name : name;
  }

  choose(name) {
    this.chosen = name;
    for (const [key, button] of this.buttons) button.classList.toggle('chosen', key === name);
    this.tools();
  }

  pressed(key, name) {
    if (key !== 'Delete' && key !== 'Backspace') return false;
    this.drop(name);
    return true;
  }

  drop(name) {
    const next = this.state.pieces.filter((piece) => piece.name !== name);
    const held = document.activeElement === this.buttons.get(name);
    this.edit(() => { this.state = { pieces: next }; });
    this.choose(null);
    if (held && next.length) this.buttons.get(next.at(-1).name).focus({ preventScroll: true });
  }

  // A segment has one class: its pieces change together.
  label(name, label) {
    const { segment } = this.piece(name);
    this.edit(() => { for (const piece of this.state.pieces) if (piece.segment === segment) piece.label = label; });
  }

  join(name, other) {
    const { segment } = this.piece(name), target = this.piece(other);
    this.edit(() => {
      for (const piece of this.state.pieces)
        if (piece.segment === segment) Object.assign(piece, { segment: target.segment, label: target.label });
    });
  }

  tools() {
    const box = this.find('.sc-tools'), { words, classes } = this.config, name = this.chosen;
    const piece = name && this.piece(name);
    const found = piece && this.reply.maps.prediction.segments[piece.segment];
    // Rebuilt only when something in it changes: a list that is open must stay open.
    const key = JSON.stringify([name, piece?.label, found?.verdict, this.reply.handles.map((h) => [h.segment, h.label])]);
    if (box.dataset.key === key) return;
    box.dataset.key = key;
    if (!piece) return box.replaceChildren(node('p', { className: 'sc-note', textContent: words.sc_choose }));
    const focused = box.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    const title = this.handle(name)?.title || '';
    const line = node('p', {}, node('span', { textContent: words.sc_chosen }), ' ', node('b', { textContent: title }),
      found ? ` · ${found.verdict}` : '');
    const pills = node('div', { className: 'sc-pills' });
    pills.setAttribute('role', 'group');
    pills.setAttribute('aria-label', words.sc_class);
    for (const [label, text] of classes) {
      const button = node('button', { type: 'button', className: 'sc-button', textContent: text });
      button.setAttribute('aria-pressed', String(label === piece.label));
      button.dataset.label = button.dataset.focus = label;
      button.addEventListener('click', () => this.label(name, label));
      pills.append(button);
    }
    const join = node('select', { ariaLabel: words.sc_join }, node('option', { value: '', textContent: words.sc_join }));
    join.dataset.focus = 'join';
    const offered = new Set([piece.segment]);
    for (const handle of this.reply.handles) {
      if (offered.has(handle.segment)) continue;
      offered.add(handle.segment);
      const text = handle.title + (this.reply.maps.prediction.segments[handle.segment] ? ` (${this.reply.maps.prediction.segments[handle.segment].verdict})` : '');
      join.append(node('option', { value: handle.name, textContent: text }));
    }
    join.addEventListener('change', () => join.value && this.join(name, join.value));
    const drop = node('button', { type: 'button', className: 'sc-button', textContent: words.sc_drop });
    drop.dataset.do = drop.dataset.focus = 'drop';
    drop.addEventListener('click', () => this.drop(name));
    box.replaceChildren(line, node('div', { className: 'sc-tool-row' }, pills, join, drop));
    if (focused) box.querySelector(`[data-focus="${focused}"]`)?.focus();
  }

  paint(context, cell, stage) { this.segments(this.reply.maps.prediction, context, cell, stage); }

  segments({ ids, segments }, context, cell, stage) {
    const { columns, rows } = this.config, dim = isDark() ? .62 : 1;
    const at = (x, y) => ids[y * columns + x];
    const hatch = pattern(context, cell, isDark(), false), dots = pattern(context, cell, isDark(), true);
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const found = segments[at(x, y)];
        const place = [x * cell, y * cell, cell, cell];
        context.fillStyle = found ? `rgb(${found.color.map((c) => Math.round(c * dim))})` : hatch;
        context.fillRect(...place);
        if (found?.crowd) { context.fillStyle = dots; context.fillRect(...place); }
      }
    const width = Math.max(2, Math.round(cell / 3.2));
    for (const [id, found] of Object.entries(segments)) {
      context.fillStyle = cssColor(`--sc-${found.outcome}`);
      edges(columns, rows, (x, y) => at(x, y) === Number(id), (x1, y1, x2, y2, { into: [dx, dy], beyond: [a, b] }) => {
        // A thing has its own outline; stuff around it needs none there.
        const other = a >= 0 && a < columns && b >= 0 && b < rows ? segments[at(a, b)] : null;
        if (!found.thing && other?.thing) return;
        const x = x1 * cell - (dx < 0 ? width : 0), y = y1 * cell - (dy < 0 ? width : 0);
        context.fillRect(x, y, dx ? width : cell, dy ? width : cell);
      });
    }
    for (const [id, found] of Object.entries(segments)) this.write(context, cell, ids, Number(id), found, stage);
  }

  // A segment's name, where it is widest.
  write(context, cell, ids, id, found, stage) {
    const { columns, rows } = this.config, [x, y] = middle(ids, id, columns, rows);
    const scale = this.stage.canvas.width / Math.max(1, stage.box.clientWidth);
    const size = (stage.box.clientWidth < 460 ? 10.5 : 13) * scale;
    context.font = `600 ${size}px ${getComputedStyle(document.body).fontFamily}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    const wide = context.measureText(found.text).width + size * .8, high = size * 1.5;
    const left = Math.min(Math.max((x + .5) * cell - wide / 2, 2), columns * cell - wide - 2), top = (y + .5) * cell - high / 2;
    context.fillStyle = cssColor(`--sc-${found.outcome}`);
    context.beginPath();
    context.roundRect(left, top, wide, high, size * .35);
    context.fill();
    context.fillStyle = found.outcome === 'fp' ? '#fff' : '#1b1b1b';
    context.fillText(found.text, left + wide / 2, top + high / 2 + size * .06);
  }
}

// The cell of a segment that is farthest from its border, the middle one of several.
function middle(ids, id, columns, rows) {
  const inside = (x, y) => x >= 0 && y >= 0 && x < columns && y < rows && ids[y * columns + x] === id;
  let cells = [];
  for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) if (inside(x, y)) cells.push([x, y]);
  const left = new Set(cells.map(([x, y]) => y * columns + x));
  for (;;) {
    const deeper = cells.filter(([x, y]) => [[1, 0], [-1, 0], [0, 1], [0, -1]].every(([dx, dy]) =>
      x + dx >= 0 && x + dx < columns && left.has((y + dy) * columns + x + dx)));
    if (!deeper.length) return cells[Math.floor(cells.length / 2)];
    cells = deeper;
    left.clear();
    for (const [x, y] of cells) left.add(y * columns + x);
  }
}

// Slanted lines for void, dots for a crowd.
function pattern(context, cell, dark, dots) {
  const size = Math.max(6, Math.round(cell * .9)), tile = new OffscreenCanvas(size, size), pen = tile.getContext('2d');
  const ink = dark ? 'rgba(255,255,255,.28)' : 'rgba(0,0,0,.25)';
  if (dots) {
    pen.fillStyle = ink;
    pen.arc(size / 2, size / 2, size / 7, 0, 7);
    pen.fill();
  } else {
    pen.fillStyle = dark ? '#2c2c2b' : '#ebebe8';
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = ink;
    pen.lineWidth = Math.max(1, size / 9);
    for (const shift of [-size, 0, size]) { pen.moveTo(shift, size); pen.lineTo(shift + size, 0); }
    pen.stroke();
  }
  return context.createPattern(tile, 'repeat');
}
