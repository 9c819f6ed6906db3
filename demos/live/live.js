// The live view's page side: the camera, what is said, and what is chosen. The frames' way is in worker.js.
(() => {
  const MAX_SIDE = 1920;                    // px; the server takes no larger frame
  const base = new URL(document.currentScript.dataset.base, location.href);
  const UNSEEN_MS = 60000;                  // so long the camera stays on while another tab is open
  const SHOWN_MS = 5000;                    // so long an error of the server stays while frames keep coming
  const state = {
    worker: null, stream: null, video: null, running: false, values: null,
    device: '', used: '',                   // the camera that was chosen; the one that came
    pictures: 0,                            // how many backgrounds were chosen
    token: 0,                               // of the newest start or stop; whatever older one returns late is void
    seen: 0,                                // when the view was last seen; ms
    back: null,                             // hears that a camera was plugged in, while one is awaited
    until: 0, notice: '',                   // when an error goes; what the server wants to be known while it holds
  };
  const find = (name) => document.getElementById(`live-${name}`);
  const words = () => JSON.parse(document.getElementById('live').dataset.words);

  function say(key, values = {}, warn = false) {
    const line = find('status');
    line.textContent = key ? (words()[key] || key).replace(/\{(\w+)\}/g, (_, name) => values[name]) : '';
    line.classList.toggle('warn', warn);
    state.until = 0;
  }

  function show(running) {
    state.running = running;
    document.getElementById('live').classList.toggle('running', running);
    if (!running) find('figures').textContent = '';
  }

  const calm = () => say(state.notice, {}, !!state.notice);

  const heard = {
    ready: () => calm(),
    notice({ name }) {
      state.notice = name;
      if (!state.until) calm();
    },
    waiting: ({ before, streams }) => say('live_busy', { before, streams }, true),
    error({ message }) {
      say(message, {}, true);
      state.until = performance.now() + SHOWN_MS;
    },
    lost() {
      state.notice = '';                    // the next connection says again what holds
      say('live_lost', {}, true);
    },
    failed: () => release(),
    idle() {
      state.notice = '';
      say('live_idle');
    },
    size: ({ width, height }) => { find('screen').style.aspectRatio = `${width} / ${height}`; },
    still() {                               // nothing was shown lately: no figure holds
      find('figures').textContent = '';
    },
    figures({ rate, latency, times }) {
      if (!state.running) return;
      if (state.until && performance.now() > state.until) calm();
      const text = words().live_figures;
      const values = { rate: rate.toFixed(0), latency: latency.toFixed(0), work: times.worked.toFixed(0) };
      find('figures').innerHTML = text.replace(/\{(\w+)\}/g, (_, name) => `<b>${values[name]}</b>`);
      Object.assign(find('figures').dataset, { rate, latency, ...times });
    },
  };

  function worker() {
    if (state.worker) return state.worker;
    state.worker = new Worker(new URL('live/worker.js', base));
    state.worker.onmessage = ({ data }) => heard[data.kind]?.(data);
    const canvas = find('canvas').transferControlToOffscreen();
    state.worker.postMessage({ kind: 'canvas', canvas }, [canvas]);
    return state.worker;
  }

  const failures = {
    NotAllowedError: 'live_denied', SecurityError: 'live_denied', NotFoundError: 'live_no_camera',
    OverconstrainedError: 'live_no_camera', NotReadableError: 'live_in_use', AbortError: 'live_in_use',
  };

  async function start() {
    if (!navigator.mediaDevices?.getUserMedia) return say('live_insecure', {}, true);
    if (!window.OffscreenCanvas || !HTMLCanvasElement.prototype.transferControlToOffscreen)
      return say('live_old_browser', {}, true);
    const token = ++state.token;
    dropCamera();                           // first: one that is in use cannot be had in another size, nor, on phones, another one
    say('live_asking');
    const [width, height] = find('resolution').value.split('x').map(Number);
    const facing = state.values?.mode === 'driving' ? 'environment' : 'user';
    const which = state.device ? { deviceId: { exact: state.device } } : { facingMode: facing };
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { ...which, width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 } },
      });
    } catch (error) {
      if (token !== state.token) return;
      if (error.name === 'OverconstrainedError') state.device = '';  // the chosen one is gone: the next start takes any
      release();
      say(failures[error.name] || 'live_failed', { message: error.message }, true);
      return;
    }
    if (token !== state.token) {            // stopped, or started anew, while the browser was asking
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    state.stream = stream;                  // of another size or another one: the connection stays, and its place
    const track = stream.getVideoTracks()[0];
    state.used = track.getSettings().deviceId || '';
    track.addEventListener('ended', () => stream === state.stream && unplugged());
    track.addEventListener('mute', () => stream === state.stream && say('live_muted', {}, true));
    track.addEventListener('unmute', () => stream === state.stream && calm());
    const video = (state.video = document.createElement('video'));
    Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
    await video.play().catch(() => {});
    if (token !== state.token) return;
    state.seen = performance.timeOrigin + performance.now();
    show(true);
    say('live_preparing');
    const url = new URL('live/stream', base);
    url.protocol = url.protocol.replace('http', 'ws');
    url.searchParams.set('language', document.documentElement.lang);
    const values = state.values || JSON.parse(document.getElementById('live').dataset.settings);
    worker().postMessage({ kind: 'settings', values });
    const patience = Number(document.getElementById('live').dataset.patience);
    worker().postMessage({ kind: 'start', url: url.href, patience });
    pump(video, token);
    listCameras();
  }

  // Every new frame of the camera goes to the worker, which sends the newest when there is room.
  function pump(video, token) {
    const next = video.requestVideoFrameCallback
      ? (then) => video.requestVideoFrameCallback(then)
      : (then) => requestAnimationFrame(() => then());
    const onFrame = async () => {
      if (token !== state.token) return;
      next(onFrame);
      const at = performance.timeOrigin + performance.now();
      if (!document.getElementById('live').offsetParent) {  // another tab is open
        if (at - state.seen > UNSEEN_MS) stop('live_unseen');
        return;
      }
      state.seen = at;
      if (!video.videoWidth) return;
      const scale = Math.min(1, MAX_SIDE / Math.max(video.videoWidth, video.videoHeight));
      const width = Math.round(video.videoWidth * scale), height = Math.round(video.videoHeight * scale);
      const frame = window.VideoFrame ? new VideoFrame(video, { timestamp: 0 }) : await createImageBitmap(video);
      worker().postMessage({ kind: 'frame', frame, at, width, height }, [frame]);
    };
    next(onFrame);
  }

  function dropCamera() {
    state.stream?.getTracks().forEach((track) => track.stop());
    if (state.video) state.video.srcObject = null;
    state.stream = state.video = null;
    if (state.back) navigator.mediaDevices.removeEventListener('devicechange', state.back);
    state.back = null;
  }

  function release() {
    state.token += 1;
    state.notice = '';
    dropCamera();
    state.worker?.postMessage({ kind: 'stop' });
    show(false);
  }

  function stop(why = 'live_stopped') {
    release();
    say(why);
  }

  const cameras = async () =>
    (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === 'videoinput');

  // The cable came out: say so, and go on when that camera is back or a new one is there. Others that were there
  // all along stay off: nobody asked for them.
  async function unplugged() {
    release();
    say('live_unplugged', {}, true);
    const token = state.token;
    const others = (await cameras()).map((camera) => camera.deviceId).filter((id) => id !== state.used);
    if (token !== state.token) return;
    state.back = async () => {
      const found = (await cameras()).find((camera) => !others.includes(camera.deviceId));
      if (!found || token !== state.token) return;
      state.device = found.deviceId;
      start();
    };
    navigator.mediaDevices.addEventListener('devicechange', state.back);
  }

  async function listCameras() {
    const found = await cameras(), choice = find('camera');
    choice.replaceChildren(...found.map((camera) => new Option(camera.label, camera.deviceId)));
    choice.value = state.used;
    choice.parentElement.hidden = found.length < 2;
  }

  function save() {
    const canvas = document.createElement('canvas'), seen = find('canvas');
    Object.assign(canvas, { width: seen.width, height: seen.height });
    const context = canvas.getContext('2d');
    if (seen.classList.contains('mirrored')) context.setTransform(-1, 0, 0, 1, canvas.width, 0);
    context.drawImage(seen, 0, 0);
    canvas.toBlob((blob) => {
      const link = document.createElement('a');
      link.dataset.ready = '1';
      link.href = URL.createObjectURL(blob);
      link.download = 'triptych-live.png';
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    });
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('#live button');
    if (button) ({ 'live-start': start, 'live-stop': () => stop(), 'live-save': save })[button.id]?.();
  });
  document.addEventListener('change', (event) => {
    if (event.target.id === 'live-camera') state.device = event.target.value;
    if (['live-camera', 'live-resolution'].includes(event.target.id) && state.running) start();
  });

  // Whose door is open decides what the live view does, where it can do that.
  const door = () => document.querySelector('#live-mode input[value="' + CSS.escape(location.hash.slice(1) || 'portrait') + '"]');
  addEventListener('hashchange', () => door()?.click());
  if (location.hash.length > 1) {           // a click before Gradio listens is lost: again, until settings come
    const timer = setInterval(() => (state.values ? clearInterval(timer) : door()?.click()), 250);
  }

  addEventListener('pagehide', () => state.running && stop());

  // Gradio's controls call this; nothing of it goes through Gradio's server.
  window.live = {
    settings(values) {
      if (state.notice && state.values?.mode !== values.mode) heard.notice({ name: '' });
      state.values = values;
      state.worker?.postMessage({ kind: 'settings', values });
    },
    async picture(file) {
      const turn = ++state.pictures;        // of the newest choice; an older one may be decoded later
      if (!file?.url) return state.worker?.postMessage({ kind: 'picture', blob: new Blob([]) });
      try {
        const bitmap = await createImageBitmap(await (await fetch(file.url)).blob());
        const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
        const canvas = new OffscreenCanvas(Math.max(1, bitmap.width * scale), Math.max(1, bitmap.height * scale));
        canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
        if (turn !== state.pictures) return;
        worker().postMessage({ kind: 'picture', blob });
        if (!state.running && state.until) say('');
      } catch {
        if (turn === state.pictures) heard.error({ message: 'live_no_picture' });   // a kind that this browser cannot read, such as HEIC
      }
    },
    mirror: (on) => find('canvas').classList.toggle('mirrored', on),
  };
})();
