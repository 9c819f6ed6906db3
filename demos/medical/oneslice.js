// One slice, segmented by itself: its mask in its plane, and a map of probability for every class a network knows.
import { address, askJson } from './server.js';
import { paintOver, paintShare } from './slices.js';

const decode = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// Bytes of a slice of the whole volume, first axis fastest → codes of the picture (rows from the top).
function arrange(bytes, [count], plane, steps, into) {
  let at = 0;
  for (let row = plane.nv - 1; row >= 0; row--)
    for (let column = 0; column < plane.nu; column++) {
      const u = plane.turned ? plane.nu - 1 - column : column;
      into[at++] = bytes[u * steps[plane.u] + row * steps[plane.v] * count];
    }
  return into;
}

export class OneSlice {
  constructor(root, viewer, words, task, explain) {
    Object.assign(this, { root, viewer, words, task, explain });
    this.choice = root.querySelector('[data-maps]');
    this.said = root.querySelector('[data-one]');
    for (const button of root.querySelectorAll('[data-slice]')) button.addEventListener('click', () => this.run(button));
    viewer.onMove = () => this.update();
  }

  // Only the planes that the chosen task knows.
  offerPlanes() {
    const planes = this.viewer.scan?.info.tasks.find(({ name }) => name === this.task())?.planes;
    for (const button of this.root.querySelectorAll('[data-slice]')) button.hidden = Boolean(planes) && !planes.includes(button.dataset.slice);
  }

  close() {
    this.choice.replaceChildren();
    this.said.textContent = '';
  }

  async run(button) {
    const { viewer, words } = this, { scan } = viewer, plane = viewer.planes.find((p) => p.name === button.dataset.slice);
    const index = viewer.cross[plane.axis], whole = scan.whole(viewer.cross)[plane.axis], task = this.task();
    button.setAttribute('aria-busy', 'true');
    try {
      const found = await askJson(address(scan.token, 'tasks', task, 'slices', plane.name, String(whole)));
      if (scan !== viewer.scan || index !== viewer.cross[plane.axis]) return; // about what is no longer shown
      this.found = { ...found, plane: plane.name, index, ids: decode(found.ids), maps: found.maps.map((map) => ({ ...map, bytes: decode(map.bytes) })) };
      this.map = null;
      this.offer(plane, whole);
      this.show();
    } catch (error) {
      if (scan === viewer.scan) this.said.textContent = this.explain(error);
    } finally {
      button.removeAttribute('aria-busy');
    }
  }

  offer(plane, whole) {
    const text = this.words[this.found.maps.length ? 'one_network' : 'one_rules'];
    this.said.textContent = text.replace('{plane}', this.words[plane.name]).replace('{number}', whole + 1).replace('{ms}', this.found.milliseconds)
      + this.compare(plane);
    this.choice.replaceChildren(...[null, ...this.found.maps].map((map) => {
      const button = Object.assign(document.createElement('button'), { type: 'button', className: 'md-pill' });
      button.textContent = map ? `${map.name} ${Math.round(100 * map.most)} %` : this.words.show_mask;
      button.addEventListener('click', () => { this.map = map; this.show(); });
      button.setAttribute('aria-pressed', String(map === this.map));
      return button;
    }));
    this.choice.hidden = !this.found.maps.length;
  }

  // How much the slice alone differs from the same slice of the volume's own mask.
  compare(plane) {
    const { viewer } = this, { mask } = viewer.scan.layers;
    if (!mask || viewer.scan.finding.task !== this.task()) return '';
    const codes = arrange(this.found.ids, this.found.size, plane, viewer.scan.info.steps, new Uint8Array(plane.nu * plane.nv));
    let differ = 0, at = 0;
    const place = [...viewer.cross];
    for (let row = plane.nv - 1; row >= 0; row--)
      for (let column = 0; column < plane.nu; column++) {
        place[plane.u] = plane.turned ? plane.nu - 1 - column : column;
        place[plane.v] = row;
        differ += codes[at++] !== mask[viewer.scan.offset(place)];
      }
    return ` ${this.words.one_share.replace('{share}', ((100 * differ) / codes.length).toFixed(1))}`;
  }

  show() {
    const { found, map, viewer } = this;
    [...this.choice.children].forEach((button, at) => button.setAttribute('aria-pressed', String((found.maps[at - 1] || null) === map)));
    viewer.alone = {
      plane: found.plane, index: found.index,
      paint: (plane) => {
        const codes = arrange(map ? map.bytes : found.ids, found.size, plane, viewer.scan.info.steps, plane.codes);
        if (map) paintShare(codes, Math.max(.7, viewer.look.opacity), plane.pixels);
        else paintOver(codes, [undefined, ...found.colors], Math.max(.35, viewer.look.opacity), plane.pixels);
      },
    };
    viewer.changed();
  }

  // Another slice in that plane: the answer was not about it.
  update() {
    const { alone } = this.viewer, plane = alone && this.viewer.planes.find((p) => p.name === alone.plane);
    if (!plane || this.viewer.cross[plane.axis] === alone.index) return;
    this.viewer.alone = null;
    this.close();
    this.viewer.changed();
  }
}
