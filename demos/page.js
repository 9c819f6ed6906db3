// Gradio's own words follow the browser's language; here they follow the page's.
for (const [name, value] of [['language', pageLanguage], ['languages', [pageLanguage]]])
  Object.defineProperty(navigator, name, { get: () => value, configurable: true });

// A picture pasted anywhere on the page is the new photo.
document.addEventListener('paste', (event) => {
  const picture = [...(event.clipboardData?.files || [])].find((file) => file.type.startsWith('image/'));
  const shown = document.querySelector('#source')?.offsetParent;
  if (!picture || !shown) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const field = document.querySelector('#paste input[type=file]');
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
  if (event.target.matches?.('#source img, #photo-image img, #video-image img')) event.target.style.visibility = 'hidden';
}, true);
