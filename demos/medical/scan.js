// A volume in the browser: its values, its mask, and where things are. x runs fastest; axes are right, anterior, superior.
import { address, askJson, bytes } from './server.js';

export class Scan {
  constructor(token, info) {
    Object.assign(this, { token, info });
    this.shape = info.shown;
    this.size = this.shape[0] * this.shape[1] * this.shape[2];
    this.spacing = info.spacing.map((mm, axis) => mm * info.steps[axis]);
    this.layers = { mask: null, uncertainty: null, truth: null };
    this.finding = null;
  }

  static async open(token, told, signal) {
    const scan = new Scan(token, await askJson(address(token, 'scan'), 'GET', signal));
    const raw = await bytes(address(token, 'values'), 2 * scan.size, told, signal);
    scan.values = new Int16Array(raw.buffer); // every browser's machine is little-endian
    return scan;
  }

  // What a task found: its figures and its mask.
  async take(task, signal) {
    const finding = await askJson(address(this.token, 'tasks', task), 'GET', signal);
    const mask = await this.fetchLayer(task, 'mask', signal);
    const truth = finding.truth ? await this.fetchLayer(task, 'truth', signal) : null;
    const uncertainty = finding.uncertainty ? await this.fetchLayer(task, 'uncertainty', signal) : null;
    this.finding = finding;
    this.layers = { mask, truth, uncertainty };
  }

  fetchLayer(task, layer, signal) {
    return bytes(address(this.token, 'tasks', task, 'layers', layer), this.size, null, signal);
  }

  offset([x, y, z]) { return x + this.shape[0] * (y + this.shape[1] * z); }

  value(at) { return this.info.slope * this.values[this.offset(at)] + this.info.inter; }

  // "≤" or "≥" where a value beyond what is stored may stand.
  bound(at) {
    const stored = this.values[this.offset(at)], [below, above] = this.info.clipped;
    return below && stored === -32768 ? '≤ ' : above && stored === 32767 ? '≥ ' : '';
  }

  // Indices of the shown copy → of the whole volume.
  whole(at) { return at.map((v, axis) => Math.min(v * this.info.steps[axis], this.info.shape[axis] - 1)); }

  millimetres(at) {
    const index = [...this.whole(at), 1];
    return this.info.affine.slice(0, 3).map((row) => row.reduce((sum, a, i) => sum + a * index[i], 0));
  }

  // The voxel of the shown copy nearest to a place in mm.
  nearest(mm) {
    const [[a, b, c, tx], [d, e, f, ty], [g, h, i, tz]] = this.info.affine;
    const [x, y, z] = [mm[0] - tx, mm[1] - ty, mm[2] - tz];
    const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    const index = [
      (x * (e * i - f * h) + y * (c * h - b * i) + z * (b * f - c * e)) / det,
      (x * (f * g - d * i) + y * (a * i - c * g) + z * (c * d - a * f)) / det,
      (x * (d * h - e * g) + y * (b * g - a * h) + z * (a * e - b * d)) / det,
    ];
    return index.map((v, axis) => Math.min(Math.max(Math.round(v / this.info.steps[axis]), 0), this.shape[axis] - 1));
  }
}
