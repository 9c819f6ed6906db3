// How a frame lies in a message. JPEG is small; bare planes cost no coding at all and are quicker where the server is this
// very machine. Which of the two is tried out: a tunnel to another machine calls itself localhost, too.
const wire = (() => {
  const QUALITY = 0.85, TRIAL = 10;         // TRIAL: frames of each kind before one is chosen
  const JPEG = 'F'.charCodeAt(0), BARE = 'R'.charCodeAt(0);
  const near = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname) && !!self.VideoFrame?.prototype.copyTo;
  const small = new OffscreenCanvas(1, 1);  // where a frame becomes a JPEG
  const brush = small.getContext('2d', { alpha: false, desynchronized: true });
  let costs, bare, space;                   // ms of either kind; the kind sent now; the planes' colour space

  const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];

  function forget() {
    costs = { jpeg: [], bare: [] };
    bare = false;
  }
  forget();

  // Told of every frame what coding and transport took, ms.
  function learn(wasBare, ms) {
    if (!near || !costs) return;
    const { jpeg, bare: planes } = costs;
    (wasBare ? planes : jpeg).push(ms);
    if (jpeg.length < TRIAL || planes.length < TRIAL) {
      bare = planes.length < jpeg.length;   // in turns: both meet the same load
      return;
    }
    bare = middle(planes) <= middle(jpeg);
    costs = null;                           // decided, until the next connection
  }

  // The server reads planes as BT.601 of limited range; what it cannot read so goes as a JPEG.
  const readable = (frame, width, height) =>
    frame.format === 'I420' && !(width % 2 || height % 2) &&
    frame.visibleRect?.width === width && frame.visibleRect.height === height &&
    !frame.colorSpace.fullRange && frame.colorSpace.matrix !== 'bt709' && !frame.colorSpace.matrix?.includes('bt2020');

  async function encode(frame, number, width, height) {
    if (bare && readable(frame, width, height)) {
      const message = new ArrayBuffer(9 + (width * height * 3) / 2);
      const head = new DataView(message);
      head.setUint8(0, BARE);
      head.setUint32(1, number);
      head.setUint16(5, width);
      head.setUint16(7, height);
      const half = width / 2, area = width * height;
      space = frame.colorSpace.toJSON();
      await frame.copyTo(new Uint8Array(message, 9), { layout: [
        { offset: 0, stride: width }, { offset: area, stride: half }, { offset: (area * 5) / 4, stride: half },
      ] });
      return { message, bare: true };
    }
    if (small.width !== width || small.height !== height) [small.width, small.height] = [width, height];
    brush.drawImage(frame, 0, 0, width, height);
    const blob = await small.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
    const head = new DataView(new ArrayBuffer(5));
    head.setUint8(0, JPEG);
    head.setUint32(1, number);
    return { message: new Blob([head, blob]), bare: false };
  }

  // → {picture, width, height}; the picture is to be closed.
  async function decode(data) {
    const head = new DataView(data);
    if (head.getUint8(0) === BARE) {
      const width = head.getUint16(17), height = head.getUint16(19);
      // In the colours that the camera's planes came in, so that nothing shifts.
      const picture = new VideoFrame(new Uint8Array(data, 21), {
        format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0, colorSpace: space,
      });
      return { picture, width, height };
    }
    const picture = await createImageBitmap(new Blob([new Uint8Array(data, 17)], { type: 'image/jpeg' }));
    return { picture, width: picture.width, height: picture.height };
  }

  return { decode, encode, forget, learn };
})();
