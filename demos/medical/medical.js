// The medical panel starts to live when it is first seen: until then nothing of it is asked for.
import { Panel } from './panel.js';

function attach() {
  const root = document.getElementById('medical');
  if (!root?.offsetParent) return;
  watcher.disconnect();
  new Panel(root);
}

const watcher = new MutationObserver(attach);
watcher.observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ['class', 'style', 'hidden'] });
attach();
