// Camera frames to the server and its answers to the canvas, away from the page's own thread.
// The newest frame wins: at most IN_FLIGHT are on their way, one more waits here, and is replaced by the next.
const IN_FLIGHT = 2;
const QUALITY = 0.85;
const FRAME = 'F'.charCodeAt(0), DROPPED = 'D'.charCodeAt(0), PICTURE = 'P'.charCodeAt(0);
const CLOSED_IDLE = 4000;

let canvas, context;                        // what is seen
const small = new OffscreenCanvas(1, 1);    // where a frame is encoded
const brush = small.getContext('2d', { alpha: false, desynchronized: true });
let socket = null, url = '', wanted = false, ready = false, retry = 0, timer = 0;
let settings = '{}', picture = null;
let newest = null, encoding = false, number = 0, last = 0;
const sent = new Map();                     // number → when the camera gave it, ms
let shown = [], times = null;

const now = () => performance.timeOrigin + performance.now();
const tell = (kind, values = {}) => postMessage({ kind, ...values });

function connect() {
  clearTimeout(timer);
  if (!wanted || socket) return;
  const mine = new WebSocket(url);
  socket = mine;
  mine.binaryType = 'arraybuffer';
  mine.onopen = () => {
    mine.send(settings);
    if (picture) mine.send(picture);
  };
  mine.onmessage = ({ data }) => (typeof data === 'string' ? hear(JSON.parse(data)) : answer(data));
  mine.onclose = ({ code }) => {
    if (socket !== mine) return;
    socket = null;
    ready = false;
    sent.clear();
    if (!wanted) return;
    if (code === CLOSED_IDLE) {             // it rested too long: the next frame asks again
      tell('idle');
      return;
    }
    tell('lost');
    timer = setTimeout(connect, Math.min(5000, 500 * 2 ** retry++));
  };
}

function hear(message) {
  if (message.type === 'ready') {
    ready = true;
    retry = 0;
    forward();
  }
  tell(message.type, message);
}

async function answer(data) {
  const head = new DataView(data);
  const of = head.getUint32(1);
  const taken = sent.get(of);
  sent.delete(of);
  forward();
  if (head.getUint8(0) === DROPPED) return;
  times = { waited: head.getFloat32(5), worked: head.getFloat32(9), coded: head.getFloat32(13) };
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(data, 17)], { type: 'image/jpeg' }));
  if (of < last) {                          // decoded out of order: a newer one is shown already
    bitmap.close();
    return;
  }
  last = of;
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    tell('size', { width: bitmap.width, height: bitmap.height });
  }
  context.transferFromImageBitmap(bitmap);
  if (taken) shown.push([now(), now() - taken]);
}

async function forward() {
  if (!newest || encoding || !wanted) return;
  if (!socket) connect();
  if (!ready || sent.size >= IN_FLIGHT) return;
  const { frame, at, width, height } = newest;
  newest = null;
  encoding = true;
  if (small.width !== width || small.height !== height) [small.width, small.height] = [width, height];
  brush.drawImage(frame, 0, 0, width, height);
  frame.close();
  const blob = await small.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  encoding = false;
  if (ready && socket) {
    const head = new DataView(new ArrayBuffer(5));
    head.setUint8(0, FRAME);
    head.setUint32(1, ++number);
    sent.set(number, at);
    socket.send(new Blob([head, blob]));
  }
  forward();
}

// Figures of the last two seconds, twice a second.
setInterval(() => {
  const since = now() - 2000;
  shown = shown.filter(([when]) => when > since);
  if (!wanted || !shown.length) return;
  const waits = shown.map(([, wait]) => wait).sort((a, b) => a - b);
  const span = Math.max(500, now() - shown[0][0]);
  tell('figures', { rate: (1000 * shown.length) / Math.min(2000, span), latency: waits[waits.length >> 1], times });
}, 500);

const orders = {
  canvas({ canvas: given }) {
    canvas = given;
    context = canvas.getContext('bitmaprenderer');
  },
  start({ url: where }) {
    url = where;
    wanted = true;
    retry = 0;
    connect();
  },
  stop() {
    wanted = ready = false;
    clearTimeout(timer);
    socket?.close();
    socket = null;
    sent.clear();
    shown = [];
    newest?.frame.close();
    newest = null;
  },
  settings({ values }) {
    settings = JSON.stringify(values);
    if (socket?.readyState === WebSocket.OPEN) socket.send(settings);
  },
  async picture({ blob }) {
    picture = new Blob([new Uint8Array([PICTURE]), blob]);
    if (socket?.readyState === WebSocket.OPEN) socket.send(picture);
  },
  frame({ frame, at, width, height }) {
    newest?.frame.close();
    newest = { frame, at, width, height };
    forward();
  },
};

onmessage = ({ data }) => orders[data.kind](data);
