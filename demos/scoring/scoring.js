// The page "How it is scored": its examples start to move when they appear, and an address ending in #scoring opens it.
import { OverlapDemo } from './overlap.js';
import { SceneDemo } from './scene.js';

const demos = { 'sc-overlap': OverlapDemo, 'sc-scene': SceneDemo };
let wanted = location.hash.startsWith('#scoring') ? location.hash : '';

function attach() {
  for (const [id, Kind] of Object.entries(demos)) {
    const root = document.getElementById(id);
    if (!root || root.dataset.ready) continue;
    root.dataset.ready = '1';
    new Kind(root);
  }
  if (!wanted) return;
  const section = document.getElementById(wanted.slice(1));
  if (section || wanted === '#scoring') {
    const tab = document.getElementById('scoring-tab-button');
    if (tab && tab.getAttribute('aria-selected') !== 'true') tab.click();
    if (section?.offsetParent) section.scrollIntoView();
    if (section?.offsetParent || (tab && wanted === '#scoring')) wanted = '';
  } else document.getElementById('scoring-tab-button')?.click();
}

// Gradio makes a tab's contents when it is opened.
new MutationObserver(attach).observe(document.documentElement, { childList: true, subtree: true });
addEventListener('hashchange', () => { wanted = location.hash.startsWith('#scoring') ? location.hash : ''; attach(); });
attach();

// What a square of a confusion matrix holds, in a line below it: at once, and on a touch screen too.
for (const kind of ['pointerover', 'pointerdown'])
  document.addEventListener(kind, ({ target }) => {
    const square = target.closest?.('.sc-matrix g');
    if (square) square.closest('.sc-matrix').querySelector('.sc-pointed').textContent = square.querySelector('title').textContent;
  });
