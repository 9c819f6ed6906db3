// Gradio's own words follow the browser's language; here they follow the page's.
for (const [name, value] of [['language', pageLanguage], ['languages', [pageLanguage]]])
  Object.defineProperty(navigator, name, { get: () => value, configurable: true });

// Gradio's server closes its stream of answers when nothing is under way. What was accepted before its client hears of that
// would be waited for for ever, at a stream that is gone. So the closing is heard here first: as long as something accepted
// has no answer yet, the stream is opened again, and Gradio's client never knows.
const accepted = new Set(), early = new Set();   // events without an answer; answers that came before "accepted"
const asking = new Set();                        // what the server has not said yes or no to
const askNow = window.fetch;
window.fetch = async (request, options) => {
  const path = new URL(request.url ?? request, location.href).pathname;
  if (path.endsWith('/queue/join')) {
    const asked = askNow(request, options).then(async (response) => {
      const event = response.ok && (await response.clone().json()).event_id;
      if (event && !early.delete(event)) accepted.add(event);
      return response;
    });
    asking.add(asked);
    return asked.finally(() => asking.delete(asked));
  }
  if (path.endsWith('/ffmpeg-core.js')) cutters(+1);
  // Gradio, where it has lost the server, asks until this is answered, and then loads the page anew: not under a live view,
  // which finds the server again by itself.
  if (path.endsWith('/app_id') && document.querySelector('#live.running')) throw new TypeError('the live view is running');
  const response = await askNow(request, options);
  if (!path.endsWith('/queue/data') || !response.ok) return response;
  return new Response(lastingAnswers(response, () => askNow(request, options)), response);
};
function lastingAnswers(response, again) {
  const read = (from) => from.body.pipeThrough(new TextDecoderStream()).getReader();
  const ready = new TextEncoder();
  let reader = read(response), rest = '';
  async function endsWith(message) {  // whether the stream does; takes note of what has its answer
    if (message.msg === 'process_completed' && !accepted.delete(message.event_id)) early.add(message.event_id);
    if (message.msg !== 'close_stream') return false;
    await Promise.allSettled(asking);
    const next = accepted.size > 0 && await again();
    if (!next?.ok) return true;
    reader = read(next);
    return false;
  }
  return new ReadableStream({
    async pull(out) {
      for (let told = 0; !told;) {
        const { done, value } = await reader.read();
        if (done) return out.close();
        const pieces = (rest + value).split('\n\n');
        rest = pieces.pop();
        for (const piece of pieces) {
          const message = piece.startsWith('data:') ? JSON.parse(piece.slice(5)) : {}, last = await endsWith(message);
          if (message.msg === 'close_stream' && !last) continue;
          out.enqueue(ready.encode(`${piece}\n\n`));
          told += 1;
          if (last) return out.close();
        }
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

// Gradio trims videos with an FFmpeg that it loads when it shows one. Sooner, its scissors give the whole video back without
// a word: they are shown (page.css) when every FFmpeg asked for has answered that it is there.
let cuttersComing = 0;
function cutters(more) {
  cuttersComing += more;
  document.documentElement.classList.toggle('cutter-coming', cuttersComing > 0);
}
window.Worker = class extends Worker {
  constructor(...described) {
    super(...described);
    this.addEventListener('message', ({ data }) => data?.type === 'LOAD' && cutters(-1));
  }
};

// The address says which application is open: /#driving. Its door is a link to there.
const doorNamed = (name) => name && document.querySelector(`#doors a[data-door="${CSS.escape(name)}"]`);
const firstDoor = () => document.querySelector('#doors a[data-door]')?.dataset.door;
const doorButton = (name) => document.getElementById(`open-${name}`);
function openDoor() {
  const name = location.hash.slice(1) || firstDoor(), link = doorNamed(name);
  if (!link || !doorButton(name)) return;
  for (const other of document.querySelectorAll('#doors a')) other.removeAttribute('aria-current');
  link.setAttribute('aria-current', 'true');
  doorButton(name).click();
}
addEventListener('hashchange', openDoor);
document.addEventListener('click', (event) => {
  const language = event.target.closest?.('#language');
  if (language && doorNamed(location.hash.slice(1))) language.hash = location.hash;
  const link = event.target.closest?.('a[href^="#"]:not(.download)');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  // Gradio's <base> makes "#driving" another page where the address holds a question (?__theme=dark).
  event.preventDefault();
  if (link.hash === location.hash) openDoor();
  else location.hash = link.hash;
});
if (location.hash.length > 1)  // Gradio makes the page after this script has run
  new MutationObserver((_, watcher) => {
    const name = location.hash.slice(1);
    if (!document.getElementById('doors') || (doorNamed(name) && !doorButton(name))) return;
    watcher.disconnect();
    openDoor();
  }).observe(document.documentElement, { childList: true, subtree: true });

// A picture pasted anywhere on the page is the new photo.
const PASTE = { '#source': '#paste', '#driving-source': '#driving-paste' };
document.addEventListener('paste', (event) => {
  const picture = [...(event.clipboardData?.files || [])].find((file) => file.type.startsWith('image/'));
  const source = Object.keys(PASTE).find((field) => document.querySelector(field)?.offsetParent);
  if (!picture || !source) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  hand(picture, `${PASTE[source]} input[type=file]`);
}, true);
let handed = 0;
async function hand(picture, place) {
  const turn = ++handed;
  let field;
  // While a picture pasted before is on its way there is no input; only the newest one waits for it.
  while (!(field = document.querySelector(place))) {
    await new Promise((soon) => setTimeout(soon, 50));
    if (turn !== handed) return;
  }
  const files = new DataTransfer();
  files.items.add(picture);
  field.files = files.files;
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

// A full-size picture takes a moment to make: say so, and say what went wrong.
document.addEventListener('click', async (event) => {
  const link = event.target.closest?.('a.download');
  if (!link || link.dataset.ready) return;
  event.preventDefault();
  if (link.getAttribute('aria-busy') === 'true') return;
  link.dataset.label ??= link.textContent;  // what it shows may be what went wrong the last time
  link.setAttribute('aria-busy', 'true');
  link.textContent = link.dataset.busy;
  try {
    const response = await fetch(link.href);
    if (!response.ok) {
      const { detail } = await response.json().catch(() => ({}));
      throw new Error((response.status === 404 && link.dataset.gone) || detail || pageWords.failed);
    }
    const save = document.createElement('a');
    save.dataset.ready = '1';
    save.href = URL.createObjectURL(await response.blob());
    save.download = decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(response.headers.get('Content-Disposition'))[1]);
    save.click();
    setTimeout(() => URL.revokeObjectURL(save.href), 60000);
    link.textContent = link.dataset.label;
  } catch (error) {
    link.textContent = error.message || String(error);
  }
  link.removeAttribute('aria-busy');
});

// A field shows what was chosen; where the browser cannot (HEIC), nothing rather than a torn picture, until it can.
for (const [what, visibility] of [['error', 'hidden'], ['load', '']])
  document.addEventListener(what, ({ target }) => {
    if (target.matches?.('#source img, #driving-source img, #photo-image img, #video-image img')) target.style.visibility = visibility;
  }, true);
