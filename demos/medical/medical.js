// The medical panel starts to live when it is first seen: until then nothing of it is asked for.
import { Panel } from './panel.js';

function attach() {
  const root = document.getElementById('medical');
  if (!root || root.dataset.ready || !root.offsetParent) return;
  root.dataset.ready = '1';
  new Panel(root);
}

new MutationObserver(attach).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ['class', 'style', 'hidden'] });
attach();
