// Three linked planes: one crosshair, one look.
import { Plane } from './plane.js';
import { greyTable } from './slices.js';

const PRESETS = { brain: [40, 80], soft: [50, 400], bone: [400, 1800], lung: [-600, 1500] }; // level, width in HU
const ERRORS = { right: 1, wrong: 2, missed: 3 };

export class Viewer {
  constructor(root, words) {
    Object.assign(this, { root, words, scan: null, cross: [0, 0, 0], zoom: 1, version: 0, hidden: new Set(), colors: [] });
    this.look = { level: 0, width: 1, opacity: .35, outline: true, show: 'mask', radiological: true, drag: 'cross' };
    this.planes = [...root.querySelectorAll('[data-plane]')].map((figure) => new Plane(figure, this));
    const style = getComputedStyle(document.documentElement);
    const outcome = (name) => style.getPropertyValue(name).match(/\d+/g)?.map(Number);
    this.errorColors = [undefined, outcome('--sc-tp'), outcome('--sc-fp'), outcome('--sc-fn')];
    this.readout = root.querySelector('.md-readout');
  }

  // Another scan; the crosshair starts in the middle of what was found.
  open(scan) {
    const same = this.scan && this.scan.origin === scan.origin && String(this.scan.shape) === String(scan.shape);
    this.scan = scan;
    this.alone = null;
    if (!same) {
      this.zoom = 1;
      this.cross = scan.shape.map((n) => n >> 1);
      const first = scan.info.ct && scan.info.drawn ? PRESETS.brain : scan.info.ct ? PRESETS.soft : scan.info.window;
      [this.look.level, this.look.width] = first;
    }
    this.table = greyTable(this.look.level, this.look.width, scan.info);
    for (const plane of this.planes) plane.open(scan);
    // Enlarged, and of this scan there is nothing to see in it: the others would stay hidden behind it.
    const { enlarged } = this.root.dataset;
    if (enlarged && this.root.querySelector(`[data-plane="${enlarged}"]`)?.hidden) this.enlarge(enlarged);
    this.found();
  }

  // The scan has another finding.
  found() {
    this.alone = null;
    const labels = this.scan.finding?.labels || [];
    this.colors = [undefined, ...labels.map((label) => label.color)];
    this.known = [true, ...labels.map((label) => label.known)];
    this.hidden = new Set();
    const { layers } = this.scan, { show } = this.look;
    if ((show === 'errors' && !layers.truth) || (show === 'uncertainty' && !layers.uncertainty)) this.look.show = 'mask';
    this.changed();
  }

  changed() {
    this.version++;
    this.draw();
    this.onLook?.();
  }

  draw() {
    if (!this.scan || this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = null;
      for (const plane of this.planes) plane.draw();
      this.tell(this.pointed || this.cross);
    });
  }

  moveTo(at) {
    if (at.every((v, axis) => v === this.cross[axis])) return;
    this.cross = at;
    this.pointed = null;
    this.draw();
    this.onMove?.();
  }

  goTo(axis, index) {
    const at = [...this.cross];
    at[axis] = Math.min(Math.max(index, 0), this.scan.shape[axis] - 1);
    this.moveTo(at);
  }

  step(axis, by) { this.goTo(axis, this.cross[axis] + by); }

  zoomBy(factor) {
    this.zoom = Math.min(Math.max(this.zoom * factor, 1), 12);
    this.draw();
  }

  setWindow(level, width) {
    Object.assign(this.look, { level, width: Math.max(width, 2 * Math.abs(this.scan.info.slope) || 1e-6) });
    this.table = greyTable(this.look.level, this.look.width, this.scan.info);
    this.changed();
  }

  preset(name) { this.setWindow(...(PRESETS[name] || this.scan.info.window)); }

  presetNow() {
    const { level, width } = this.look, near = ([l, w]) => Math.abs(l - level) < 1e-6 && Math.abs(w - width) < 1e-6;
    if (!this.scan) return '';
    return Object.keys(PRESETS).find((name) => near(PRESETS[name])) || (near(this.scan.info.window) ? 'auto' : '');
  }

  hide(code, hide) {
    if (hide) this.hidden.add(code); else this.hidden.delete(code);
    this.changed();
  }

  // In place: what was found becomes right, wrong or missed, of the labels that are shown and that the truth knows.
  judge(mask, truth) {
    const counts = (code) => code && !this.hidden.has(code) && this.known[code];
    for (let i = 0; i < mask.length; i++) {
      const m = counts(mask[i]) ? mask[i] : 0, t = counts(truth[i]) ? truth[i] : 0;
      mask[i] = !m && !t ? 0 : m === t ? ERRORS.right : m ? ERRORS.wrong : ERRORS.missed;
    }
  }

  enlarge(name) {
    const now = this.root.dataset.enlarged === name ? '' : name;
    this.root.dataset.enlarged = now;
    for (const button of this.root.querySelectorAll('.md-enlarge'))
      button.setAttribute('aria-pressed', String(button.closest('[data-plane], [data-surface]').dataset.plane === now && now !== ''));
    this.draw();
  }

  // What is under the pointer; else under the crosshair.
  point(found) {
    this.pointed = found?.inside ? found.at : null;
    if (this.scan) this.tell(this.pointed || this.cross);
  }

  tell(at) {
    const { scan } = this, { info, finding } = scan, value = scan.value(at);
    const shown = info.exact ? String(value) : Number(value.toPrecision(4)).toString();
    const places = scan.millimetres(at).map((mm) => mm.toFixed(1).replace('-', '−'));
    const code = scan.layers.mask ? scan.layers.mask[scan.offset(at)] : 0, label = finding?.labels[code - 1];
    const parts = [`${scan.bound(at)}${shown.replace('-', '−')}${info.ct ? ' HU' : ''}`, `${places.join(', ')} mm`];
    if (finding) parts.push(label ? label.name : this.words.background);
    this.readout.querySelector('span').textContent = parts.join(' · ');
    this.readout.querySelector('i').style.background = label ? `rgb(${label.color})` : 'transparent';
  }
}
