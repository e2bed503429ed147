/* Draws the rows in view: labels at the left, beside them the cells of each run, below them the steps. */
(function (tb) {
  "use strict";
  const { begin, line, mix, colours } = tb.canvas;
  const TEXT_PX = 10; // rows lower than this have no label
  const CROSS_PX = 5; // cells smaller than this are marked by a square
  const CHAR_PX = 6.1; // of labels, about: to shorten them before they are measured
  const AXIS_PX = 22;
  const TICK_PX = 56;

  /* Of a label that is too long the end is kept: it tells tags of one module apart. */
  function fitted(context, text, width) {
    let shown = text;
    if (text.length * CHAR_PX > width * 1.4) shown = "…" + text.slice(-Math.ceil((width * 1.4) / CHAR_PX));
    while (shown.length > 2 && context.measureText(shown).width > width) shown = "…" + shown.slice(2);
    return shown;
  }

  function label(context, look, row, y, width) {
    if (!row.head && row.height < TEXT_PX) return;
    const middle = y + row.height / 2;
    context.textAlign = "left";
    context.textBaseline = "middle";
    const before = row.head ? 16 : 6 + row.indent;
    if (row.head) caret(context, look, 6, middle, row.folded);
    context.fillStyle = row.head ? look.text : look.quiet;
    const count = row.head ? `  ${row.tags.length}` : "";
    const room = width - before - 6 - context.measureText(count).width;
    const text = fitted(context, row.label, room);
    context.fillText(text, before, middle);
    context.fillStyle = look.quiet;
    context.fillText(count, before + context.measureText(text).width, middle);
  }

  function caret(context, look, x, y, folded) {
    context.fillStyle = look.quiet;
    context.beginPath();
    if (folded) [[x, y - 4], [x + 6, y], [x, y + 4]].forEach((at) => context.lineTo(...at));
    else [[x - 1, y - 2], [x + 7, y - 2], [x + 3, y + 4]].forEach((at) => context.lineTo(...at));
    context.fill();
  }

  /* A sign that is told by its shape: a cross, or a square in a ring where there is no room for one. */
  function flag(context, look, { x, y, width, height }) {
    const [midX, midY] = [x + width / 2, y + height / 2];
    if (Math.min(width, height) < CROSS_PX) {
      context.fillStyle = look.paper;
      context.fillRect(midX - 2, midY - 2, 4, 4);
      context.fillStyle = look.text;
      context.fillRect(midX - 1, midY - 1, 2, 2);
      return;
    }
    const arm = Math.min(width, height, 12) / 2 - 1.5;
    for (const [colour, thick] of [[look.paper, 3], [look.text, 1.25]]) {
      context.strokeStyle = colour;
      context.lineWidth = thick;
      context.beginPath();
      context.moveTo(midX - arm, midY - arm);
      context.lineTo(midX + arm, midY + arm);
      context.moveTo(midX + arm, midY - arm);
      context.lineTo(midX - arm, midY + arm);
      context.stroke();
    }
  }

  function cells(context, look, view, row, y, run) {
    const { layout, state } = view;
    const count = run.data.step.length;
    const gap = row.height >= TEXT_PX ? 1 : 0;
    const colour = view.colourOf(row);
    for (let column = 0; column < count; column += 1) {
      const cell = view.cell(row, run, column);
      if (!cell) continue;
      const box = { ...layout.columnBox(run.place, column, count), y, height: row.height - gap };
      if (cell.value === null) {
        context.fillStyle = look.line;
        context.fillRect(box.x, y + row.height / 2 - 0.5, box.width, 1);
      } else {
        context.fillStyle = colour(cell.value);
        context.fillRect(box.x, y, box.width, box.height);
      }
      if (cell.nonfinite && state.stat !== "nonfinite") view.flags.push(box);
    }
  }

  /* The chosen step, and the cells that the keyboard and the panel beside are at. */
  function marks(context, look, view) {
    const { layout, state } = view;
    for (const run of state.runs) {
      if (!run.data || state.step === null) continue;
      const column = tb.media.placeAt(run.data.step, state.step);
      if (column < 0) continue;
      const { x, width } = layout.columnBox(run.place, column, run.data.step.length);
      for (const at of [x - 0.5, x + width + 0.5]) line(context, look.text, [at, 0], [at, layout.height], [2, 3]);
    }
    for (const [spot, colour] of [[view.open, look.text], [view.cursor, look.text]]) {
      const box = spot && view.boxOf(spot);
      if (!box) continue;
      context.strokeStyle = look.paper;
      context.lineWidth = 4;
      context.strokeRect(box.x - 1, box.y - 1, box.width + 2, box.height + 1);
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.strokeRect(box.x - 1, box.y - 1, box.width + 2, box.height + 1);
    }
  }

  /** Draw what lies in view. `view` has rows, state, layout and what the sheet knows: see 56-layers-sheet.js. */
  function paint(canvas, view) {
    const { layout, rows, state } = view;
    const context = begin(canvas, layout.width, layout.height);
    const look = colours(canvas);
    context.fillStyle = look.paper;
    context.fillRect(0, 0, layout.width, layout.height);
    view.flags = [];
    const shown = [];
    for (let i = Math.max(0, tb.layers.rowAt(rows, layout.top)); i < rows.length && rows[i].top < layout.top + layout.height; i += 1) shown.push(rows[i]);
    context.save();
    context.beginPath();
    context.rect(layout.labels, 0, layout.width - layout.labels, layout.height);
    context.clip();
    for (const row of shown) {
      if (row.head && !row.folded) continue;
      for (const run of state.runs) if (run.data && layout.inView(run.place)) cells(context, look, view, row, row.top - layout.top, run);
    }
    view.flags.forEach((box) => flag(context, look, box));
    marks(context, look, view);
    context.restore();
    for (const row of shown) label(context, look, row, row.top - layout.top, layout.labels);
    line(context, look.line, [layout.labels - 0.5, 0], [layout.labels - 0.5, layout.height]);
  }

  /** The steps below the cells of each run. */
  function paintAxis(canvas, { layout, state }) {
    const context = begin(canvas, layout.width, AXIS_PX);
    const look = colours(canvas);
    context.textBaseline = "top";
    context.fillStyle = look.quiet;
    context.textAlign = "right";
    context.fillText("step", layout.labels - 8, 4);
    context.beginPath();
    context.rect(layout.labels, 0, layout.width - layout.labels, AXIS_PX);
    context.clip();
    for (const run of state.runs) {
      const steps = run.data?.step || [];
      const most = Math.max(1, Math.min(steps.length - 1, Math.floor(layout.runWidth / TICK_PX)));
      const named = new Set(steps.length ? Array.from({ length: most + 1 }, (_, i) => Math.round((i / most) * (steps.length - 1))) : []);
      for (const column of named) {
        const { x, width } = layout.columnBox(run.place, column, steps.length);
        context.textAlign = column === 0 ? "left" : column === steps.length - 1 ? "right" : "center";
        const at = column === 0 ? x : column === steps.length - 1 ? x + width : x + width / 2;
        line(context, look.quiet, [x + width / 2, 0], [x + width / 2, 3]);
        context.fillText(tb.format.short(steps[column]), at, 5);
      }
    }
  }

  /** The scale from one end to the other. */
  function paintLegend(canvas, stat, width, height) {
    const context = begin(canvas, width, height);
    const colour = tb.layers.scale.painter(stat);
    const signed = tb.layers.scale.isSigned(stat);
    for (let x = 0; x < width; x += 1) {
      const share = x / (width - 1);
      context.fillStyle = colour(signed ? 2 * share - 1 : share);
      context.fillRect(x, 0, 1, height);
    }
    const { line: edge } = colours(canvas);
    context.strokeStyle = mix(edge, edge, 0);
    context.lineWidth = 1;
    context.strokeRect(0.5, 0.5, width - 1, height - 1);
  }

  Object.assign(tb.layers, { paint, paintAxis, paintLegend, AXIS_PX });
})(window.tailboard);
