// The page "How it is scored": its examples start to move when they appear, and an address ending in #scoring opens it.
import { OverlapDemo } from './overlap.js';
import { SceneDemo } from './scene.js';

const demos = { 'sc-overlap': OverlapDemo, 'sc-scene': SceneDemo };
const tabName = document.querySelector('script[data-scoring-tab]').dataset.scoringTab;
const asked = () => (location.hash.startsWith('#scoring') ? location.hash.slice(1) : '');
let wanted = asked();

// Gradio makes a tab's contents when it is opened, and moves tabs that have no room into a menu.
function openTab() {
  const buttons = [...document.querySelectorAll('[role=tab], .overflow-dropdown button')];
  const tab = buttons.find((button) => button.textContent.trim() === tabName);
  if (tab && tab.getAttribute('aria-selected') !== 'true') tab.click();
  return Boolean(tab);
}

function attach() {
  for (const [id, Kind] of Object.entries(demos)) {
    const root = document.getElementById(id);
    if (!root || root.dataset.ready) continue;
    root.dataset.ready = '1';
    new Kind(root);
  }
  // Gradio says the same English of every upload; say which file it is.
  for (const field of document.querySelectorAll('#pair-prediction [aria-label], #pair-truth [aria-label]')) {
    const name = field.closest('#pair-prediction, #pair-truth').querySelector('[data-testid=block-label]')?.textContent.trim();
    if (name && /upload/i.test(field.getAttribute('aria-label'))) field.setAttribute('aria-label', name);
  }
  if (!wanted || !openTab()) return;
  const section = document.getElementById(wanted);
  if (section?.offsetParent) section.scrollIntoView();
  if (section?.offsetParent || wanted === 'scoring') wanted = '';
}

new MutationObserver(attach).observe(document.documentElement, { childList: true, subtree: true });
addEventListener('hashchange', () => { wanted = asked(); attach(); });
attach();

// What a square of a confusion matrix holds, in a line below it: at once, and on a touch screen too.
for (const kind of ['pointerover', 'pointerdown'])
  document.addEventListener(kind, ({ target }) => {
    const square = target.closest?.('.sc-matrix g');
    if (square) square.closest('.sc-matrix').querySelector('.sc-pointed').textContent = square.querySelector('title').textContent;
  });
