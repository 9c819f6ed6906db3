// The list of labels: colour, millilitres, mean, scores; a switch to hide each, and a way to its middle.

const number = (value, digits) => value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
export const millilitres = (ml) => number(ml, ml < 10 ? 2 : ml < 100 ? 1 : 0).replaceAll(',', '\u2009');

function node(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export class Legend {
  constructor(root, viewer, words) {
    Object.assign(this, { root, viewer, words });
    for (const button of root.querySelectorAll('[data-all]'))
      button.addEventListener('click', () => {
        const boxes = [...root.querySelectorAll('input')];
        viewer.hidden = new Set(button.dataset.all === '1' ? [] : boxes.map((box) => Number(box.value)));
        for (const box of boxes) box.checked = button.dataset.all === '1';
        viewer.changed();
      });
  }

  show(finding) {
    const table = this.root.querySelector('table'), note = this.root.querySelector('[data-scores]');
    this.root.hidden = !finding;
    if (!finding) return;
    const scored = Boolean(finding.truth), words = this.words;
    const head = node('tr', {}, node('th'), node('th', { textContent: 'ml' }),
      node('th', { textContent: finding.unit === 'HU' ? `${words.mean} (HU)` : words.mean }));
    if (scored) head.append(node('th', { textContent: 'Dice' }), node('th', { textContent: 'HD95', title: words.hd95_about }));
    const rows = finding.labels.map((label, at) => this.row(label, at + 1, scored));
    const sums = finding.together.map((sum) => node('tr', { className: 'md-sum' }, node('th', { textContent: sum.name }), ...this.figures(sum, scored)));
    table.replaceChildren(node('thead', {}, head), node('tbody', {}, ...rows, ...sums));
    const unknown = scored ? finding.labels.filter((label) => !label.known && label.voxels).map((label) => label.name) : [];
    note.hidden = !scored;
    note.textContent = !scored ? '' : words[`against_${finding.truth}`]
      + (unknown.length ? ` ${words.unknown.replace('{names}', unknown.join(', '))}` : '');
  }

  row(label, place, scored) {
    const box = node('input', { type: 'checkbox', checked: true, value: place, disabled: !label.voxels && !label.score });
    box.addEventListener('change', () => this.viewer.hide(place, !box.checked));
    const swatch = node('i');
    swatch.style.background = `rgb(${label.color})`;
    const name = node('label', {}, box, swatch, node('span', { textContent: label.name }));
    const cell = node('th', {}, name);
    if (label.centroid) {
      const go = node('button', { type: 'button', className: 'md-go' });
      go.title = go.ariaLabel = this.words.go.replace('{name}', label.name);
      go.addEventListener('click', () => this.viewer.moveTo(this.viewer.scan.nearest(label.centroid)));
      cell.append(go);
    }
    const made = node('tr', { className: label.voxels ? '' : 'md-absent' }, cell, ...this.figures(label, scored));
    made.dataset.label = label.name;
    return made;
  }

  figures({ ml, mean, sd, score }, scored) {
    const digits = mean !== null && Math.abs(mean) < 10 ? 2 : 0;
    const spread = node('td', { textContent: mean === null ? '–' : `${number(mean, digits)} ± ${number(sd, digits)}`.replaceAll('-', '−').replaceAll(',', '\u2009') });
    const cells = [node('td', { className: 'md-ml', textContent: millilitres(ml) }), spread];
    if (scored) {
      cells.push(node('td', { className: 'md-dice', textContent: score ? score.dice.toFixed(3) : '–' }));
      cells.push(node('td', { className: 'md-hd95', textContent: !score ? '–' : score.hd95 === null ? '∞' : score.hd95.toFixed(1) }));
    }
    return cells;
  }
}
