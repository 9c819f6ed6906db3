// The driving panel: its scenes and cards start to live when Gradio puts them into the page.
import { Compare } from './compare.js';
import { Viewer } from './viewer.js';

const kinds = { 'dr-viewer': Viewer, 'dr-compare': Compare };

function attach() {
  for (const [name, Kind] of Object.entries(kinds))
    for (const root of document.querySelectorAll(`.${name}:not([data-ready])`)) {
      root.dataset.ready = '1';
      new Kind(root);
    }
}

new MutationObserver(attach).observe(document.documentElement, { childList: true, subtree: true });
attach();
