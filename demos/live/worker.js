// Camera frames to the server and its answers to the canvas, away from the page's own thread.
// The newest frame wins: at most IN_FLIGHT are on their way, one more waits here, and is replaced by the next.
importScripts('wire.js');
const IN_FLIGHT = 2;
const DROPPED = 'D'.charCodeAt(0), PICTURE = 'P'.charCodeAt(0);
const CLOSED_IDLE = 4000, CLOSED_BAD = 4001;

let canvas, context;                        // what is seen
let socket = null, url = '', wanted = false, ready = false, resting = false, retry = 0, timer = 0;
let settings = '{}', picture = null;
let patience = Infinity;                    // ms without an answer after which the connection is as good as lost
let newest = null, encoding = false, number = 0, last = 0;
const sent = new Map();                     // number → when the camera gave it, encoding began, and it left; ms
let shown = [];                             // frames of the last seconds, and where their time went

const now = () => performance.timeOrigin + performance.now();
const tell = (kind, values = {}) => postMessage({ kind, ...values });

function connect() {
  clearTimeout(timer);
  if (!wanted || socket) return;
  resting = false;
  const mine = new WebSocket(url);
  socket = mine;
  mine.binaryType = 'arraybuffer';
  mine.onopen = () => {
    wire.forget();
    mine.send(settings);
    if (picture) mine.send(picture);
  };
  mine.onmessage = ({ data }) => (typeof data === 'string' ? hear(JSON.parse(data)) : answer(data));
  mine.onclose = ({ code }) => closed(mine, code);
}

// A connection that is cut without a word says nothing for a quarter of an hour.
function lose() {
  const mine = socket;
  closed(mine, 1006);
  mine.close();
}

function closed(mine, code) {
  if (socket !== mine) return;
  socket = null;
  ready = false;
  sent.clear();
  if (!wanted) return;
  if (code === CLOSED_IDLE) {             // it rested too long: the next frame asks again
    resting = true;
    tell('idle');
    return;
  }
  if (code === CLOSED_BAD) return tell('failed');  // as was told before, and would be again
  tell('lost');
  timer = setTimeout(connect, Math.min(5000, 500 * 2 ** retry++));
}

function hear(message) {
  if (message.type === 'ready') {
    ready = true;
    forward();
  }
  tell(message.type, message);
}

async function answer(data) {
  const came = now();
  const head = new DataView(data);
  const of = head.getUint32(1);
  const flight = sent.get(of);
  sent.delete(of);
  retry = 0;                                // a server that answers is well; one that only accepts may not be
  forward();
  if (head.getUint8(0) === DROPPED) return;
  const { picture, width, height } = await wire.decode(data);
  if (of < last) {                          // decoded out of order: a newer one is shown already
    picture.close();
    return;
  }
  last = of;
  if (canvas.width !== width || canvas.height !== height) {
    Object.assign(canvas, { width, height });
    tell('size', { width, height });
  }
  context.drawImage(picture, 0, 0);
  picture.close();
  if (!flight) return;
  const done = now();
  const waited = head.getFloat32(5), worked = head.getFloat32(9), coded = head.getFloat32(13);
  const frame = {
    done, latency: done - flight.at,
    held: flight.began - flight.at,         // in the browser, until a frame before it was answered
    encoded: flight.left - flight.began,
    wire: came - flight.left - waited - worked - coded,
    waited, worked, coded,                  // on the server: for its turn, the effect, decoding and encoding
    decoded: done - came,
  };
  shown.push(frame);
  wire.learn(flight.bare, frame.encoded + frame.wire + frame.coded + frame.decoded);
}

async function forward() {
  if (!newest || encoding || !wanted) return;
  if (resting) connect();
  if (!ready || sent.size >= IN_FLIGHT) return;
  const { frame, at, width, height } = newest;
  newest = null;
  encoding = true;
  const began = now();
  let message, bare;
  try {
    ({ message, bare } = await wire.encode(frame, number + 1, width, height));
  } finally {
    frame.close();
    encoding = false;
  }
  if (ready && socket) {
    sent.set(++number, { at, began, bare, left: now() });
    socket.send(message);
  }
  forward();
}

// Figures of the last two seconds, twice a second: medians, in ms.
setInterval(() => {
  const since = now() - 2000;
  shown = shown.filter(({ done }) => done > since);
  const [oldest] = sent.values();
  if (oldest && now() - oldest.left > patience) lose();
  if (!ready || !shown.length) return tell('still');
  const { done, ...parts } = shown[0];
  const middle = (name) => shown.map((frame) => frame[name]).sort((a, b) => a - b)[shown.length >> 1];
  const times = Object.fromEntries(Object.keys(parts).map((name) => [name, middle(name)]));
  const span = Math.max(500, now() - done);
  tell('figures', { rate: (1000 * shown.length) / Math.min(2000, span), latency: times.latency, times });
}, 500);

const orders = {
  canvas({ canvas: given }) {
    canvas = given;
    context = canvas.getContext('2d', { alpha: false, desynchronized: true });
  },
  start({ url: where, patience: given }) {
    url = where;
    patience = given;
    wanted = true;
    retry = 0;
    if (ready) tell('ready');               // only the camera has changed
    else connect();
  },
  stop() {
    wanted = ready = resting = false;
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
    newest = null;
    if (!wanted) return frame.close();      // it was under way when the camera was stopped
    newest = { frame, at, width, height };
    forward();
  },
};

onmessage = ({ data }) => orders[data.kind](data);
