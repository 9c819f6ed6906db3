// One mask: two shapes on a grid.
import { Demo, cssColor, edges, isDark } from './stage.js';

const CODES = ['', 'tp', 'fp', 'fn'];

export class OverlapDemo extends Demo {
  constructor(root) {
    super(root, root.querySelector('.sc-stage'));
    root.addEventListener('change', ({ target }) => {
      const which = target.closest('[data-which]')?.dataset.which;
      if (which) { this.state[which].shape = target.value; this.changed(); }
    });
    this.find('[data-do=reset]').addEventListener('click', () => {
      this.state = structuredClone(this.config.reply.state);
      for (const which of ['truth', 'prediction'])
        this.find(`[data-which=${which}] [value=${this.state[which].shape}]`).checked = true;
      this.changed();
    });
  }

  position(name) { return this.state[name]; }

  outcome(x, y) { return Number(this.reply.outcomes[y * this.config.columns + x]); }

  pick([x, y], name) {
    const outcome = this.outcome(x, y);
    if (outcome === 1 || outcome === 2) return 'prediction';
    return outcome === 3 ? 'truth' : name;
  }

  paint(context, cell) {
    const { columns, rows } = this.config;
    const colors = CODES.map((code) => code && cssColor(`--sc-${code}`));
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const color = colors[this.outcome(x, y)];
        if (!color) continue;
        context.fillStyle = color;
        context.fillRect(x * cell, y * cell, cell, cell);
      }
    context.strokeStyle = isDark() ? 'rgba(255,255,255,.07)' : 'rgba(0,0,0,.07)';
    context.lineWidth = 1;
    context.beginPath();
    for (let x = 1; x < columns; x++) { context.moveTo(x * cell + .5, 0); context.lineTo(x * cell + .5, rows * cell); }
    for (let y = 1; y < rows; y++) { context.moveTo(0, y * cell + .5); context.lineTo(columns * cell, y * cell + .5); }
    context.stroke();
    this.outline(context, cell, [1, 3], []);
    this.outline(context, cell, [1, 2], [cell * .5, cell * .5]);
  }

  // The truth's outline is whole, the prediction's is dashed.
  outline(context, cell, outcomes, dashes) {
    context.strokeStyle = isDark() ? '#fff' : '#1b1b1b';
    context.lineWidth = Math.max(2, cell / 6);
    context.setLineDash(dashes);
    context.beginPath();
    edges(this.config.columns, this.config.rows, (x, y) => outcomes.includes(this.outcome(x, y)), (x1, y1, x2, y2) => {
      context.moveTo(x1 * cell, y1 * cell);
      context.lineTo(x2 * cell, y2 * cell);
    });
    context.stroke();
    context.setLineDash([]);
  }
}
