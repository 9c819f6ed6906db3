// The switches and sliders of how things look.

export function wireLooks(root, viewer) {
  const { look } = viewer, find = (selector) => root.querySelector(selector);
  const level = find('[data-level]'), width = find('[data-width]'), opacity = find('[data-opacity]'), outline = find('[data-outline]');
  const choices = (name, chosen) => {
    const buttons = [...root.querySelectorAll(`[data-${name}]`)];
    for (const button of buttons) button.addEventListener('click', () => { chosen(button.dataset[name]); viewer.changed(); });
    return (value) => { for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset[name] === value)); };
  };
  const presets = choices('window', (name) => viewer.preset(name));
  const shows = choices('show', (name) => { look.show = name; });
  const conventions = choices('convention', (name) => { look.radiological = name === 'radiological'; });
  const drags = choices('drag', (name) => { look.drag = name; });
  const typed = () => {
    const [l, w] = [Number(level.value), Number(width.value)];
    if (Number.isFinite(l) && w > 0) viewer.setWindow(l, w);
  };
  level.addEventListener('change', typed);
  width.addEventListener('change', typed);
  opacity.addEventListener('input', () => { look.opacity = opacity.value / 100; viewer.changed(); });
  outline.addEventListener('change', () => { look.outline = outline.checked; viewer.changed(); });
  for (const button of root.querySelectorAll('.md-enlarge'))
    button.addEventListener('click', () => viewer.enlarge(button.closest('[data-plane]').dataset.plane));

  viewer.onLook = () => {
    if (!viewer.scan) return;
    const { info, layers } = viewer.scan, digits = info.ct || look.width > 50 ? 0 : 3;
    level.value = look.level.toFixed(digits);
    width.value = look.width.toFixed(digits);
    opacity.parentElement.querySelector('output').textContent = `${Math.round(100 * look.opacity)} %`;
    for (const button of root.querySelectorAll('[data-window]')) button.hidden = !info.ct && button.dataset.window !== 'auto';
    for (const button of root.querySelectorAll('[data-show]')) {
      const layer = { mask: 'mask', uncertainty: 'uncertainty', errors: 'truth' }[button.dataset.show];
      button.hidden = Boolean(layer) && !layers[layer];
    }
    presets(viewer.presetNow());
    shows(look.show);
    conventions(look.radiological ? 'radiological' : 'neurological');
    drags(look.drag);
    for (const note of root.querySelectorAll('[data-about-show]')) note.hidden = note.dataset.aboutShow !== look.show;
  };
}
