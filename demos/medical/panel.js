// The whole panel: what is opened and segmented, and everything that shows it.
import { Legend } from './legend.js';
import { OneSlice } from './oneslice.js';
import { Scan } from './scan.js';
import { Told, address, ask, askJson, sayGoodbye, send } from './server.js';
import { SurfaceView } from './surface.js';
import { Viewer } from './viewer.js';
import { wireLooks } from './looks.js';

const POLL_MS = 250;
const ALIVE_MS = 60000;

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

export class Panel {
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(root.dataset.words);
    this.viewer = new Viewer(root, this.words);
    this.legend = new Legend(this.find('.md-legend'), this.viewer, this.words);
    this.surface = new SurfaceView(this.find('[data-surface]'), this.viewer, this.words, (error) => this.explain(error));
    this.tasks = this.find('[data-tasks]');
    this.one = new OneSlice(this.find('.md-one'), this.viewer, this.words, () => this.tasks.value, (error) => this.explain(error));
    wireLooks(root, this.viewer);
    this.wire();
    this.open((signal) => this.start(root.dataset.first, signal));
  }

  find(selector) { return this.root.querySelector(selector); }

  wire() {
    this.find('[data-run]').disabled = true; // until there is a scan
    for (const button of this.root.querySelectorAll('[data-example]'))
      button.addEventListener('click', () => this.open((signal) => this.start(button.dataset.example, signal)));
    const field = this.find('[data-scan-files]'), zone = this.find('.md-drop'), truth = this.find('[data-truth-files]');
    field.addEventListener('change', () => { this.upload([...field.files]); field.value = ''; });
    truth.addEventListener('change', () => { this.judge([...truth.files]); truth.value = ''; });
    for (const [button, target] of [['[data-choose]', field], ['[data-choose-truth]', truth]])
      this.find(button).addEventListener('click', () => target.click());
    for (const kind of ['dragover', 'drop', 'dragleave'])
      this.root.addEventListener(kind, (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        event.stopPropagation();
        zone.classList.toggle('over', kind === 'dragover');
        if (kind === 'drop') this.upload([...event.dataTransfer.files]);
      });
    this.tasks.addEventListener('change', () => this.one.offerPlanes());
    this.find('[data-run]').addEventListener('click', () => this.open((signal) => this.segment(signal)));
    this.find('[data-cancel]').addEventListener('click', () => this.cancel());
    this.find('[data-time] select').addEventListener('change', ({ target }) =>
      this.open((signal) => this.reread(Number(target.value), signal))
        .finally(() => { if (!this.stop) target.value = this.scan.info.time; }));
    addEventListener('pagehide', () => { for (const token of [this.scan?.token, this.coming]) if (token) sayGoodbye(token); });
    addEventListener('pageshow', ({ persisted }) => { if (persisted) location.reload(); }); // what it showed has been deleted
    setInterval(() => { if (this.scan) ask(address(this.scan.token, 'job')).catch(() => {}); }, ALIVE_MS);
  }

  // Does something that takes a while; what was shown stays until there is something else to show.
  async open(doing) {
    this.stop?.abort();
    const stop = new AbortController();
    this.stop = stop;
    this.complain('');
    this.progress(this.words.loading, null);
    try {
      await doing(stop.signal);
    } catch (error) {
      if (stop.signal.aborted || error.name === 'AbortError') {
        if (this.stop === stop) this.complain(this.words.cancelled);
      } else {
        this.complain(this.explain(error));
      }
    }
    if (this.stop !== stop) return;
    this.stop = null;
    this.progress(null);
  }

  explain(error) {
    if (error instanceof Told) return error.message;
    if (error instanceof RangeError) return this.words.too_large; // no array of that size
    return error instanceof TypeError ? this.words.unreachable : String(error.message);
  }

  async start(example, signal) {
    const { token } = await askJson(`${address()}?example=${example}`, 'POST', signal);
    await this.finish(token, signal);
  }

  upload(files) {
    if (!files.length) return;
    this.open(async (signal) => {
      const { token } = await askJson(address(), 'POST', signal);
      try {
        for (const file of files)
          await send(address(token, 'scan', file.name), file, (share) => this.progress(this.words.doing_sending, share), signal);
        await ask(`${address(token, 'read')}?task=${encodeURIComponent(this.asked || '')}`, 'POST', signal);
      } catch (error) {
        sayGoodbye(token);
        throw error;
      }
      await this.finish(token, signal);
    });
  }

  // Waits for a new visit's work, shows it, and ends the visit before.
  async finish(token, signal, origin = token) {
    const before = this.scan?.token;
    this.coming = token;
    try {
      await this.followed(token, signal);
      const scan = await Scan.open(token, (share) => this.progress(this.words.doing_fetching, share), signal);
      scan.origin = origin;
      await this.show(scan, scan.info.done.at(-1), signal);
    } catch (error) {
      sayGoodbye(token);
      throw error;
    } finally {
      if (this.coming === token) this.coming = null;
    }
    if (before) sayGoodbye(before);
  }

  // Another time point of the series that is shown: a visit of its own, so that this one stays whole until that one is here.
  async reread(time, signal) {
    const { token: shown, origin, finding } = this.scan;
    // Without the signal: a visit whose name never came could not be ended.
    const { token } = await askJson(`${address(shown, 'at')}?time=${time}&task=${encodeURIComponent(finding?.task || '')}`, 'POST');
    if (signal.aborted) sayGoodbye(token);
    signal.throwIfAborted();
    await this.finish(token, signal, origin);
  }

  async segment(signal) {
    const { token } = this.scan, task = this.tasks.value;
    this.asked = task;
    await ask(`${address(token, 'run')}?task=${encodeURIComponent(task)}`, 'POST', signal);
    await this.followed(token, signal);
    await this.show(this.scan, task, signal);
  }

  async followed(token, signal) {
    for (;;) {
      const { outcome, what, share, error } = await askJson(address(token, 'job'), 'GET', signal);
      if (outcome === 'failed') throw new Told(error);
      if (outcome === 'cancelled') throw new DOMException('', 'AbortError');
      if (outcome === 'done') return;
      this.progress(what, share || null);
      await wait(POLL_MS);
      signal.throwIfAborted();
    }
  }

  cancel() {
    for (const token of [this.coming, this.scan?.token]) if (token) ask(address(token, 'job'), 'DELETE').catch(() => {});
    this.stop?.abort();
  }

  async judge(files) {
    if (!files.length || !this.scan?.finding) return;
    this.open(async (signal) => {
      const { token, finding } = this.scan;
      for (const file of files)
        await send(address(token, 'truth', file.name), file, (share) => this.progress(this.words.doing_sending, share), signal);
      await ask(address(token, 'tasks', finding.task, 'truth'), 'POST', signal);
      this.viewer.look.show = 'errors';
      await this.show(this.scan, finding.task, signal);
    });
  }

  async show(scan, task, signal) {
    if (task) await scan.take(task, signal);
    const again = this.surface.shown;
    if (this.scan === scan) this.viewer.found();
    else this.viewer.open(scan);
    this.scan = scan;
    this.one.close();
    this.legend.show(scan.finding);
    this.surface.open(scan, again);
    this.describe(scan);
    this.root.dataset.state = 'shown';
    this.find('[data-run]').disabled = false;
    this.root.dataset.token = scan.token;
  }

  describe({ info, finding, token }) {
    this.find('[data-name]').textContent = info.name;
    this.find('[data-geometry]').textContent = [info.shape.join(' × '), `${info.spacing.map((v) => Number(v.toFixed(2))).join(' × ')} mm`, info.axes].join(' · ');
    const took = finding && this.words.took.replace('{title}', finding.title).replace('{seconds}', finding.seconds.toFixed(1));
    this.find('[data-took]').textContent = took || '';
    const notes = info.about ? [['note', info.about]] : [];
    if (!info.fitting && !finding) notes.push(['warn', this.words.no_task]);
    if (finding?.empty) notes.push(['warn', this.words.nothing]);
    if (String(info.shape) !== String(info.shown))
      notes.push(['note', this.words.halved.replace('{shown}', info.shown.join(' × ')).replace('{shape}', info.shape.join(' × '))]);
    const said = new Set([...info.warnings, ...(finding?.empty ? finding.warnings.slice(0, -1) : finding?.warnings || [])]);
    for (const text of said) notes.push(['warn', text]);
    this.find('[data-notes]').replaceChildren(...notes.map(([kind, text]) =>
      Object.assign(document.createElement('p'), { className: `md-${kind}`, textContent: text })));
    this.tasks.replaceChildren(...info.tasks.map(({ name, title }) => new Option(title, name)));
    this.tasks.value = finding?.task || info.fitting || info.tasks[0].name;
    this.one.offerPlanes();
    const time = this.find('[data-time]');
    time.hidden = info.series < 2;
    time.querySelector('select').replaceChildren(...Array.from({ length: info.series }, (_, i) =>
      new Option(this.words.of.replace('{number}', i + 1).replace('{total}', info.series), i)));
    time.querySelector('select').value = info.time;
    for (const link of this.root.querySelectorAll('[data-file]')) {
      link.hidden = !finding || (link.dataset.file === 'uncertainty' && !finding.uncertainty);
      if (finding) link.href = address(token, 'tasks', finding.task, 'files', link.dataset.file);
    }
    const about = this.find('[data-about-task]');
    about.hidden = !finding?.about;
    about.querySelector('.card').innerHTML = finding?.about || ''; // the server's own, escaped there
    this.find('.md-files').hidden = this.find('.md-truth').hidden = !finding;
    for (const button of this.root.querySelectorAll('[data-example]'))
      button.setAttribute('aria-pressed', String(button.dataset.example === info.example));
  }

  progress(text, share = null) {
    const box = this.find('.md-progress');
    box.hidden = text === null;
    if (text === null) return;
    box.querySelector('span').textContent = share === null ? text : `${text} ${Math.round(100 * share)} %`;
    const bar = box.querySelector('.bar');
    bar.classList.toggle('unknown', share === null);
    bar.firstElementChild.style.width = `${100 * (share ?? 1)}%`;
  }

  complain(text) {
    const line = this.find('.md-error');
    line.textContent = text;
    line.hidden = !text;
  }
}
