// Gradio's own words follow the browser's language; here they follow the page's.
for (const [name, value] of [['language', pageLanguage], ['languages', [pageLanguage]]])
  Object.defineProperty(navigator, name, { get: () => value, configurable: true });

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
document.addEventListener('click', ({ target }) => {
  const door = target.closest?.('#doors a');
  if (door && door.hash === location.hash) openDoor();
  const language = target.closest?.('#language');
  if (language && doorNamed(location.hash.slice(1))) language.hash = location.hash;
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
