// Gradio's own words follow the browser's language; here they follow the page's.
for (const [name, value] of [['language', pageLanguage], ['languages', [pageLanguage]]])
  Object.defineProperty(navigator, name, { get: () => value, configurable: true });

// Gradio's server closes its stream of answers when nothing is under way. What is asked for at that very moment may be
// accepted before the closing is heard: Gradio's client then listens for ever to a stream that is gone. So while a stream is
// open, the news that something was accepted waits until the closing would have come.
const CLOSING_MS = 80;
let answers = null;                          // the signal that ends the newest stream
const askNow = window.fetch;
window.fetch = async (request, options) => {
  const path = new URL(request.url ?? request, location.href).pathname;
  if (path.endsWith('/queue/data')) answers = request.signal ?? options?.signal;
  const response = await askNow(request, options);
  if (path.endsWith('/queue/join') && answers && !answers.aborted) await new Promise((done) => setTimeout(done, CLOSING_MS));
  return response;
};

// The address says which application is open: /#driving. Its door is a link to there.
const doorNamed = (name) => name && document.querySelector(`#doors a[data-door="${CSS.escape(name)}"]`);
const doorButton = (name) => document.getElementById(`open-${name}`);
function openDoor() {
  const name = location.hash.slice(1), link = doorNamed(name);
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
  const field = document.querySelector(`${PASTE[source]} input[type=file]`);
  const files = new DataTransfer();
  files.items.add(picture);
  field.files = files.files;
  field.dispatchEvent(new Event('change', { bubbles: true }));
}, true);

// A full-size picture takes a moment to make: say so, and say what went wrong.
document.addEventListener('click', async (event) => {
  const link = event.target.closest?.('a.download');
  if (!link || link.dataset.ready) return;
  event.preventDefault();
  if (link.getAttribute('aria-busy') === 'true') return;
  const text = link.textContent;
  link.setAttribute('aria-busy', 'true');
  link.textContent = link.dataset.busy;
  try {
    const response = await fetch(link.href);
    if (!response.ok) throw new Error((await response.json()).detail);
    const save = document.createElement('a');
    save.dataset.ready = '1';
    save.href = URL.createObjectURL(await response.blob());
    save.download = decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(response.headers.get('Content-Disposition'))[1]);
    save.click();
    setTimeout(() => URL.revokeObjectURL(save.href), 60000);
    link.textContent = text;
  } catch (error) {
    link.textContent = error.message || String(error);
  }
  link.removeAttribute('aria-busy');
});

// A field shows what was chosen; where the browser cannot (HEIC), nothing rather than a torn picture.
document.addEventListener('error', (event) => {
  if (event.target.matches?.('#source img, #driving-source img, #photo-image img, #video-image img')) event.target.style.visibility = 'hidden';
}, true);
