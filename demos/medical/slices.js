// From a volume to a picture of one slice. u runs to the right of the picture, v upwards.

export const PLANES = {
  axial: { axis: 2, u: 0, v: 1 },
  coronal: { axis: 1, u: 0, v: 2 },
  sagittal: { axis: 0, u: 1, v: 2 },
};
// What each end of an axis is called; the picture of a plane has four of them.
const ENDS = [['L', 'R'], ['P', 'A'], ['I', 'S']];

// Is the plane's horizontal axis turned round? Sagittal pictures always look to the left.
export const flipped = (plane, radiological) => plane === 'sagittal' || radiological;

export function marks(plane, radiological) {
  const { u, v } = PLANES[plane], [low, high] = ENDS[u], turned = flipped(plane, radiological);
  return { left: turned ? high : low, right: turned ? low : high, top: ENDS[v][1], bottom: ENDS[v][0] };
}

// The bytes or values of one slice as the picture has them: row by row from the top.
export function takeSlice(values, shape, plane, index, turned, into) {
  const { axis, u, v } = PLANES[plane], strides = [1, shape[0], shape[0] * shape[1]];
  const [nu, nv] = [shape[u], shape[v]], step = turned ? -strides[u] : strides[u];
  let at = 0;
  for (let row = nv - 1; row >= 0; row--) {
    let from = index * strides[axis] + row * strides[v] + (turned ? (nu - 1) * strides[u] : 0);
    for (let column = 0; column < nu; column++, from += step) into[at++] = values[from];
  }
  return into;
}

// Stored value (as unsigned, + 32768) → grey.
export function greyTable(level, width, { slope, inter }) {
  const table = new Uint8ClampedArray(65536), low = level - width / 2, scale = 255 / Math.max(width, 1e-9);
  for (let i = 0; i < 65536; i++) table[i] = (slope * (i - 32768) + inter - low) * scale;
  return table;
}

export const packed = ([r, g, b], alpha = 255) => (alpha << 24 | b << 16 | g << 8 | r) >>> 0;

// Grey picture, as 32-bit pixels.
export function paintGrey(values, table, pixels) {
  for (let i = 0; i < pixels.length; i++) {
    const grey = table[values[i] + 32768];
    pixels[i] = 0xff000000 | grey << 16 | grey << 8 | grey;
  }
}

// Colours over it: of[code] is [r, g, b] or undefined (see-through), share how much of it shows.
export function paintOver(codes, of, share, pixels) {
  const keep = 256 - Math.round(256 * share), add = new Int32Array(3 * 256), any = new Uint8Array(256);
  of.forEach((color, code) => {
    if (!color) return;
    any[code] = 1;
    for (let c = 0; c < 3; c++) add[3 * code + c] = color[c] * (256 - keep);
  });
  for (let i = 0; i < pixels.length; i++) {
    const code = codes[i];
    if (!any[code]) continue;
    const old = pixels[i], a = 3 * code;
    const r = ((old & 255) * keep + add[a]) >> 8, g = ((old >> 8 & 255) * keep + add[a + 1]) >> 8;
    const b = ((old >> 16 & 255) * keep + add[a + 2]) >> 8;
    pixels[i] = 0xff000000 | b << 16 | g << 8 | r;
  }
}

// A share from 0 to 255 as a colour over the picture: nothing, violet, orange, yellow.
export function paintShare(shares, opacity, pixels) {
  for (let i = 0; i < pixels.length; i++) {
    const t = shares[i] / 255;
    if (t < .004) continue;
    const a = opacity * Math.min(1, .25 + t), old = pixels[i];
    const r = (old & 255) * (1 - a) + 255 * Math.min(1, .25 + 1.6 * t) * a;
    const g = (old >> 8 & 255) * (1 - a) + 225 * t ** 1.1 * a;
    const b = (old >> 16 & 255) * (1 - a) + (110 * (1 - t) + 40 * t) * a;
    pixels[i] = 0xff000000 | b << 16 | g << 8 | r;
  }
}

// One path for every code over 0: the edges of its cells, joined to runs. Where two codes meet, the lower one has the edge.
export function outlines(codes, nu, nv) {
  const paths = new Map();
  const owner = (a, b) => (a === b ? 0 : a && b ? Math.min(a, b) : a || b);
  const line = (code, x1, y1, x2, y2) => {
    if (!paths.has(code)) paths.set(code, new Path2D());
    const path = paths.get(code);
    path.moveTo(x1, y1);
    path.lineTo(x2, y2);
  };
  for (let y = 0; y <= nv; y++) {
    for (let x = 0, start = 0, run = 0; x <= nu; x++) {
      const above = y && x < nu ? codes[(y - 1) * nu + x] : 0, below = y < nv && x < nu ? codes[y * nu + x] : 0;
      const code = owner(above, below);
      if (code === run) continue;
      if (run) line(run, start, y, x, y);
      [run, start] = [code, x];
    }
  }
  for (let x = 0; x <= nu; x++) {
    for (let y = 0, start = 0, run = 0; y <= nv; y++) {
      const before = x && y < nv ? codes[y * nu + x - 1] : 0, after = x < nu && y < nv ? codes[y * nu + x] : 0;
      const code = owner(before, after);
      if (code === run) continue;
      if (run) line(run, x, start, x, y);
      [run, start] = [code, y];
    }
  }
  return paths;
}
