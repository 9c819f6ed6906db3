// One of the three planes: its picture, its crosshair, and what a pointer, a wheel or a key does to it.
import { PLANES, flipped, marks, outlines, paintGrey, paintOver, paintShare, takeSlice } from './slices.js';

const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
const WHEEL_PX = 40; // of a touchpad, for a step; a mouse's notch is more

export class Plane {
  constructor(figure, viewer) {
    Object.assign(this, { figure, viewer, name: figure.dataset.plane, ...PLANES[figure.dataset.plane] });
    this.canvas = figure.querySelector('canvas');
    this.cross = figure.querySelector('.md-cross'); // over it: what moves more often than the picture
    this.slider = figure.querySelector('input[type=range]');
    this.picture = document.createElement('canvas');
    this.scrolled = 0;
    new ResizeObserver(() => viewer.draw()).observe(this.canvas);
    this.slider.addEventListener('input', () => viewer.goTo(this.axis, Number(this.slider.value)));
    this.canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener('keydown', (event) => this.key(event));
    this.canvas.addEventListener('contextmenu', (event) => event.preventDefault());
    this.canvas.addEventListener('dblclick', () => viewer.enlarge(this.name));
    this.listen();
  }

  // A new scan: the size of its slices.
  open(scan) {
    this.nu = scan.shape[this.u];
    this.nv = scan.shape[this.v];
    this.count = scan.shape[this.axis];
    Object.assign(this.picture, { width: this.nu, height: this.nv });
    this.context = this.picture.getContext('2d', { willReadFrequently: true }); // in memory, as it is written pixel by pixel
    this.image = this.context.createImageData(this.nu, this.nv);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.raw = new Int16Array(this.nu * this.nv);
    this.codes = new Uint8Array(this.nu * this.nv);
    this.painted = null;
    Object.assign(this.slider, { min: 0, max: this.count - 1 });
    this.figure.hidden = this.nu < 2 || this.nv < 2; // a single slice, seen from its edge
  }

  get turned() { return flipped(this.name, this.viewer.look.radiological); }

  // Only what has changed is painted: another slice, or another look.
  paint() {
    const { viewer } = this, { scan, look } = viewer, index = viewer.cross[this.axis];
    if (this.painted?.index === index && this.painted.version === viewer.version) return false;
    this.painted = { index, version: viewer.version };
    const take = (values, into) => takeSlice(values, scan.shape, this.name, index, this.turned, into);
    paintGrey(take(scan.values, this.raw), viewer.table, this.pixels);
    this.paths = null;
    const alone = viewer.alone?.plane === this.name && viewer.alone.index === index ? viewer.alone : null;
    const { mask, truth, uncertainty } = scan.layers;
    if (alone) {
      alone.paint(this);
    } else if (look.show === 'uncertainty' && uncertainty) {
      paintShare(take(uncertainty, this.codes), look.opacity, this.pixels);
    } else if (look.show === 'errors' && truth) {
      viewer.judge(take(mask, this.codes), take(truth, new Uint8Array(this.codes.length)));
      paintOver(this.codes, viewer.errorColors, Math.max(.6, look.opacity), this.pixels);
    } else if (look.show === 'mask' && mask) {
      const { hidden } = viewer;
      take(mask, this.codes);
      if (hidden.size) for (let i = 0; i < this.codes.length; i++) if (hidden.has(this.codes[i])) this.codes[i] = 0;
      paintOver(this.codes, viewer.colors, look.opacity, this.pixels);
      if (look.outline) this.paths = outlines(this.codes, this.nu, this.nv);
    }
    this.context.putImageData(this.image, 0, 0);
    return true;
  }

  // Where the picture lies in the canvas, in its pixels.
  fit() {
    const { scan, zoom, cross } = this.viewer, { width, height } = this.canvas;
    const [su, sv] = [scan.spacing[this.u], scan.spacing[this.v]];
    const scale = zoom * Math.min(width / (this.nu * su), height / (this.nv * sv));
    const [w, h] = [this.nu * su * scale, this.nv * sv * scale];
    const [c, r] = this.cell(cross);
    const place = (size, room, at, count) => (size <= room ? (room - size) / 2
      : Math.min(0, Math.max(room - size, room / 2 - ((at + .5) / count) * size)));
    return { x: place(w, width, c, this.nu), y: place(h, height, r, this.nv), w, h };
  }

  // A voxel's column and row in the picture, and back.
  cell(at) {
    const u = at[this.u], v = at[this.v];
    return [this.turned ? this.nu - 1 - u : u, this.nv - 1 - v];
  }

  voxelAt(event) {
    const box = this.canvas.getBoundingClientRect(), { x, y, w, h } = this.fit();
    const px = (event.clientX - box.left) * (this.canvas.width / box.width);
    const py = (event.clientY - box.top) * (this.canvas.height / box.height);
    const column = Math.floor(((px - x) / w) * this.nu), row = Math.floor(((py - y) / h) * this.nv);
    const inside = column >= 0 && row >= 0 && column < this.nu && row < this.nv;
    const clamp = (value, count) => Math.min(Math.max(value, 0), count - 1);
    const at = [...this.viewer.cross];
    at[this.u] = this.turned ? this.nu - 1 - clamp(column, this.nu) : clamp(column, this.nu);
    at[this.v] = this.nv - 1 - clamp(row, this.nv);
    return { at, inside };
  }

  draw() {
    const { viewer, canvas, cross } = this, ratio = devicePixelRatio;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (!width || this.figure.hidden) return;
    const resized = canvas.width !== width || canvas.height !== height;
    if (resized) for (const layer of [canvas, cross]) Object.assign(layer, { width, height });
    const painted = this.paint(), { x, y, w, h } = this.fit(), place = `${x} ${y} ${w} ${h}`;
    if (painted || resized || place !== this.place) this.drawPicture(x, y, w, h, ratio);
    this.place = place;
    this.drawCross(x, y, w, h, ratio);
    this.drawMarks(this.cross.getContext('2d'), width, height, ratio); // over the lines: always to be read
    this.describe();
  }

  drawPicture(x, y, w, h, ratio) {
    const { width, height } = this.canvas, context = this.canvas.getContext('2d', { alpha: false });
    context.fillStyle = '#000';
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = w < this.nu ? 'medium' : 'low';
    context.drawImage(this.picture, x, y, w, h);
    if (this.paths) this.stroke(context, x, y, w / this.nu, h / this.nv, ratio);
  }

  stroke(context, x, y, sx, sy, ratio) {
    context.lineWidth = 1.6 * ratio;
    context.lineCap = 'square';
    for (const [code, path] of this.paths) {
      const color = this.viewer.colors[code];
      if (!color) continue;
      const placed = new Path2D();
      placed.addPath(path, { a: sx, d: sy, e: x, f: y }); // the line itself keeps its width
      context.strokeStyle = `rgb(${color})`;
      context.stroke(placed);
    }
  }

  drawCross(x, y, w, h, ratio) {
    const context = this.cross.getContext('2d');
    context.clearRect(0, 0, this.cross.width, this.cross.height);
    const [column, row] = this.cell(this.viewer.cross), gap = 7 * ratio;
    const cx = Math.round(x + ((column + .5) / this.nu) * w) + .5, cy = Math.round(y + ((row + .5) / this.nv) * h) + .5;
    for (const [color, line] of [['rgba(0,0,0,.45)', 3], ['rgba(120,225,205,.95)', 1]]) {
      context.strokeStyle = color;
      context.lineWidth = line * ratio;
      context.beginPath();
      for (const [x1, y1, x2, y2] of [[x, cy, cx - gap, cy], [cx + gap, cy, x + w, cy], [cx, y, cx, cy - gap], [cx, cy + gap, cx, y + h]]) {
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
      }
      context.stroke();
    }
  }

  drawMarks(context, width, height, ratio) {
    const { left, right, top, bottom } = marks(this.name, this.viewer.look.radiological), edge = 12 * ratio;
    context.font = `600 ${13 * ratio}px system-ui, sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineWidth = 3 * ratio;
    context.strokeStyle = 'rgba(0,0,0,.8)';
    context.fillStyle = '#fff';
    for (const [text, x, y] of [[left, edge, height / 2], [right, width - edge, height / 2], [top, width / 2, edge], [bottom, width / 2, height - edge]]) {
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }

  describe() {
    const { words, scan } = this.viewer, number = scan.whole(this.viewer.cross)[this.axis] + 1;
    const text = words.slice.replace('{number}', number).replace('{total}', scan.info.shape[this.axis]);
    const said = this.figure.querySelector('.md-number');
    if (said.textContent !== text) said.textContent = text;
    this.slider.value = this.viewer.cross[this.axis];
    this.slider.setAttribute('aria-valuetext', text);
  }

  wheel(event) {
    if (!this.viewer.scan) return;
    event.preventDefault();
    if (event.ctrlKey) return this.viewer.zoomBy(Math.exp(-event.deltaY / 200));
    this.scrolled += event.deltaMode ? -Math.sign(event.deltaY) * WHEEL_PX : -event.deltaY;
    // A notch of a mouse is one slice, however many pixels its system makes of it.
    const steps = Math.abs(event.deltaY) >= 80 && !event.deltaMode ? -Math.sign(event.deltaY) : Math.trunc(this.scrolled / WHEEL_PX);
    if (!steps) return;
    this.scrolled = 0;
    this.viewer.step(this.axis, steps);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.viewer.scan) return;
    const step = KEYS[event.key];
    if (step) this.viewer.step(this.axis, event.shiftKey ? 10 * Math.sign(step) : step);
    else if (event.key === 'Home') this.viewer.goTo(this.axis, 0);
    else if (event.key === 'End') this.viewer.goTo(this.axis, this.count - 1);
    else if (event.key === '+' || event.key === '=') this.viewer.zoomBy(1.25);
    else if (event.key === '-') this.viewer.zoomBy(.8);
    else return;
    event.preventDefault();
  }

  listen() {
    let held = null;
    this.canvas.addEventListener('pointerdown', (event) => {
      if (!this.viewer.scan || event.button === 1) return;
      this.canvas.focus({ preventScroll: true });
      this.canvas.setPointerCapture(event.pointerId);
      const window = event.button === 2 || event.shiftKey || this.viewer.look.drag === 'window';
      held = { window, x: event.clientX, y: event.clientY, level: this.viewer.look.level, width: this.viewer.look.width };
      if (!window) this.viewer.moveTo(this.voxelAt(event).at);
    });
    this.canvas.addEventListener('pointermove', (event) => {
      if (!this.viewer.scan) return;
      if (!held) return this.viewer.point(this.voxelAt(event));
      if (!held.window) return this.viewer.moveTo(this.voxelAt(event).at);
      // Across the picture: four times the width wider; down: brighter things come into view.
      const box = this.canvas.getBoundingClientRect();
      const width = held.width * 4 ** ((event.clientX - held.x) / box.width);
      this.viewer.setWindow(held.level + ((event.clientY - held.y) / box.height) * 1.5 * held.width, width);
    });
    const release = () => { held = null; };
    this.canvas.addEventListener('pointerup', release);
    this.canvas.addEventListener('pointercancel', release);
    this.canvas.addEventListener('pointerleave', () => this.viewer.point(null));
  }
}
