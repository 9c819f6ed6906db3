// The line between before and after is Gradio's, which can only be dragged, and whose picture takes every wheel and every
// finger for zooming: here it gets a name and the arrow keys, and the page scrolls again over the picture.
(() => {
  const LINE = '#result [data-testid=slider]';
  const STEPS = { ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 };

  function place(line) {  // 0 to 1 of the picture, and where the picture is: in the middle of its place
    const image = document.querySelector('#result .content img'), around = image.parentElement.getBoundingClientRect();
    const width = Math.min(around.width, around.height * image.naturalWidth / image.naturalHeight);
    const left = around.left + (around.width - width) / 2, at = line.getBoundingClientRect();
    return { left, width, top: around.top, share: Math.min(1, Math.max(0, (at.left + at.width / 2 - left) / width)) };
  }

  const tell = (line) => line.setAttribute('aria-valuenow', Math.round(100 * place(line).share));

  new MutationObserver(() => {
    // What is said below a picture is read aloud when it changes.
    for (const said of document.querySelectorAll(':is(#status, #video-status, #driving-video-status):not([role])')) said.setAttribute('role', 'status');
    const line = document.querySelector(`${LINE}:not([role=slider])`);
    if (!line) return;
    const named = { role: 'slider', tabindex: 0, 'aria-label': pageWords.result, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': 50 };
    for (const [name, value] of Object.entries(named)) line.setAttribute(name, value);
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener('focusin', ({ target }) => target.matches(LINE) && tell(target));
  document.addEventListener('keydown', (event) => {
    const line = event.target, step = STEPS[event.key];
    if (!line.matches?.(LINE) || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { left, width, top, share } = place(line);
    const clientX = left + width * Math.min(1, Math.max(0, Math.round(100 * (share + step)) / 100)), clientY = top + 1;
    const mouse = (type, target) => target.dispatchEvent(new MouseEvent(type, { clientX, clientY, bubbles: true, cancelable: true, view: window }));
    mouse('mousedown', line);  // as a drag to there
    mouse('mouseup', window);
    requestAnimationFrame(() => tell(line));
  });

  // Zooming takes the Ctrl key or two fingers, as on maps; what is zoomed already, or fills the screen, takes what it took.
  const passing = (event) => {
    const content = event.target.closest?.('#result .content'), image = content?.querySelector('img');
    const zooms = event.ctrlKey || event.touches?.length > 1;
    if (image && !zooms && !image.classList.contains('fullscreen') && image.style.transform.endsWith('scale(1)')) event.stopPropagation();
  };
  document.addEventListener('wheel', passing, { capture: true, passive: true });
  document.addEventListener('touchstart', passing, { capture: true, passive: true });
})();
