/* The scatter matrix: each parameter shown against each other and against the metric, a point for each run. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const hp = tb.hparams;
  const MOST = 7; // axes drawn: 21 cells
  const LEFT_PX = 64;
  const BELOW_PX = 34;
  const GAP_PX = 8;
  const PAD_PX = 6; // within a cell, so that no point is cut
  const RANGE_PX = [70, 230]; // of a cell's side
  const NEAR_PX = 9;

  class Scatter {
    constructor(hover) {
      this.hover = hover;
      this.canvas = make("canvas", { class: "hparam-points", role: "img" });
      this.note = make("p", { class: "quiet" });
      this.element = make("div", { class: "hparam-scatter" }, this.canvas, this.note);
      this.forward = null;
      this.drag = null;
      this.canvas.addEventListener("pointerdown", (event) => this.pressed(event));
      this.canvas.addEventListener("pointermove", (event) => this.moved(event));
      this.canvas.addEventListener("pointerup", () => this.released());
      this.canvas.addEventListener("pointerleave", () => !this.drag && this.bring(null));
    }

    show(axes, passed, colour) {
      const left = axes.length - MOST;
      Object.assign(this, { axes: left > 0 ? [...axes.slice(0, MOST - 1), axes.at(-1)] : axes, passed, colour });
      this.note.textContent = left > 0 ? `${left} more parameters are not drawn here: choose which ones with “parameters”.` : "";
      const names = this.axes.map((axis) => axis.name).join(", ");
      this.canvas.setAttribute("aria-label", `${format.integer(passed.length)} runs, ${names} against each other; the table below has the same numbers`);
      const room = (this.element.clientWidth - LEFT_PX) / Math.max(1, this.axes.length - 1) - GAP_PX;
      this.side = Math.floor(Math.min(RANGE_PX[1], Math.max(RANGE_PX[0], room)));
      this.draw();
    }

    /** The cells, row by row: below the diagonal, so that each pair is there once. */
    cells() {
      const found = [];
      for (let row = 1; row < this.axes.length; row += 1) {
        for (let column = 0; column < row; column += 1) {
          const [left, top] = [LEFT_PX + column * (this.side + GAP_PX), (row - 1) * (this.side + GAP_PX)];
          found.push({ row, column, left, top, x: this.axes[column], y: this.axes[row] });
        }
      }
      return found;
    }

    /** Where a run lies in a cell; null where it has no place there. */
    point(cell, i) {
      const [x, y] = [cell.x.place(cell.x.values[i]), cell.y.place(cell.y.values[i])];
      if (x === null || y === null) return null;
      const inner = this.side - 2 * PAD_PX;
      return [cell.left + PAD_PX + x * inner, cell.top + PAD_PX + (1 - y) * inner];
    }

    draw() {
      const count = Math.max(1, this.axes.length - 1);
      const pen = tb.canvas.begin(this.canvas, LEFT_PX + count * (this.side + GAP_PX), count * (this.side + GAP_PX) + BELOW_PX);
      const theme = tb.canvas.colours(this.canvas);
      const over = hp.brushes();
      const order = hp.ranked().reverse();
      for (const cell of this.cells()) {
        pen.strokeStyle = theme.line;
        pen.strokeRect(cell.left + 0.5, cell.top + 0.5, this.side, this.side);
        this.drawBrush(pen, cell, over);
        for (const i of order.filter((one) => !this.passed[one])) this.dot(pen, cell, i, theme.line, 2.5);
        for (const i of order.filter((one) => this.passed[one])) this.dot(pen, cell, i, this.colour(i), this.passed.length > 300 ? 2.5 : 3.5);
        if (this.forward !== null) this.dot(pen, cell, this.forward, theme.text, 6);
        if (this.forward !== null) this.dot(pen, cell, this.forward, this.colour(this.forward), 4.5);
        this.labels(pen, cell, theme);
      }
    }

    dot(pen, cell, i, colour, radius) {
      const at = this.point(cell, i);
      if (!at) return;
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(...at, radius, 0, 2 * Math.PI);
      pen.fill();
    }

    drawBrush(pen, cell, over) {
      const inner = this.side - 2 * PAD_PX;
      const spans = [cell.x, cell.y].map((axis) => (over.has(axis.name) ? axis.covered(over.get(axis.name)) : [[0, 1]]));
      const dragged = this.drag?.to && this.drag.cell.row === cell.row && this.drag.cell.column === cell.column;
      if (!dragged && !over.has(cell.x.name) && !over.has(cell.y.name)) return;
      pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent-soft");
      if (dragged) return void pen.fillRect(...this.drag.from, this.drag.to[0] - this.drag.from[0], this.drag.to[1] - this.drag.from[1]);
      for (const [x0, x1] of spans[0]) {
        for (const [y0, y1] of spans[1]) {
          const [left, right, low, high] = [x0, x1, y0, y1].map((place) => Math.min(1.02, Math.max(-0.02, place)));
          pen.fillRect(cell.left + PAD_PX + left * inner, cell.top + PAD_PX + (1 - high) * inner, (right - left) * inner, (high - low) * inner);
        }
      }
    }

    labels(pen, cell, theme) {
      const inner = this.side - 2 * PAD_PX;
      const name = (axis) => axis.name + (axis.log ? " (log)" : "");
      if (cell.row === this.axes.length - 1) {
        const y = cell.top + this.side + 4;
        pen.textBaseline = "top";
        pen.textAlign = "center";
        pen.fillStyle = theme.quiet;
        const ticks = thinned(cell.x.ticks(inner), 3);
        for (const { value, text } of ticks) {
          const at = cell.left + PAD_PX + cell.x.place(value) * inner;
          pen.fillText(hp.shortened(pen, text, inner / ticks.length), Math.min(at, cell.left + this.side - 10), y);
        }
        pen.fillStyle = theme.text;
        pen.fillText(hp.shortened(pen, name(cell.x), this.side), cell.left + this.side / 2, y + 14);
      }
      if (cell.column) return;
      pen.textBaseline = "middle";
      pen.textAlign = "right";
      pen.fillStyle = theme.quiet;
      for (const { value, text } of thinned(cell.y.ticks(inner), 4)) {
        pen.fillText(hp.shortened(pen, text, LEFT_PX - 22), LEFT_PX - 5, cell.top + PAD_PX + (1 - cell.y.place(value)) * inner);
      }
      pen.save();
      pen.translate(8, cell.top + this.side / 2);
      pen.rotate(-Math.PI / 2);
      pen.textAlign = "center";
      pen.fillStyle = theme.text;
      pen.fillText(hp.shortened(pen, name(cell.y), this.side), 0, 0);
      pen.restore();
    }

    /* --- the pointer: a drag is a brush of both axes, elsewhere it points at a run --- */
    at(event) {
      const box = this.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }

    cellAt([x, y]) {
      return this.cells().find((cell) => x >= cell.left && x <= cell.left + this.side && y >= cell.top && y <= cell.top + this.side) || null;
    }

    pressed(event) {
      const cell = this.cellAt(this.at(event));
      if (event.button !== 0 || !cell) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.drag = { cell, from: this.at(event), to: null };
    }

    /** The brushes that a drag from corner to corner means. */
    dragged() {
      const { cell, from, to } = this.drag;
      const inner = this.side - 2 * PAD_PX;
      const [x0, x1] = [from, to].map(([x]) => (x - cell.left - PAD_PX) / inner);
      const [y0, y1] = [from, to].map(([, y]) => 1 - (y - cell.top - PAD_PX) / inner);
      return [cell.x.brush(x0, x1), cell.y.brush(y0, y1)];
    }

    moved(event) {
      const at = this.at(event);
      if (!this.drag) return this.bring(this.runAt(at), event);
      if (Math.hypot(at[0] - this.drag.from[0], at[1] - this.drag.from[1]) > 4) this.drag.to = at;
      if (!this.drag.to) return undefined;
      this.passed = hp.passing(this.axes, new Map([...hp.brushes(), ...this.dragged().map((one) => [one[0], one])]));
      return this.draw();
    }

    released() {
      if (!this.drag) return;
      const { cell, to } = this.drag;
      const brushes = to ? this.dragged().map((one) => [one[0], one]) : [cell.x, cell.y].map((axis) => [axis.name, null]);
      this.drag = null;
      if (to || brushes.some(([name]) => hp.brushes().has(name))) hp.brush(brushes);
    }

    runAt(at) {
      const cell = this.cellAt(at);
      let best = null;
      let least = NEAR_PX;
      for (let i = 0; cell && i < this.passed.length; i += 1) {
        const point = this.passed[i] && this.point(cell, i);
        const distance = point ? Math.hypot(point[0] - at[0], point[1] - at[1]) : Infinity;
        if (distance < least) [best, least] = [i, distance];
      }
      return best;
    }

    bring(run, event) {
      this.hover(run, event);
      if (run === this.forward) return;
      this.forward = run;
      this.draw();
    }
  }

  function thinned(ticks, most) {
    const stride = Math.ceil(ticks.length / most);
    return ticks.filter((_, i) => i % stride === 0);
  }

  hp.Scatter = Scatter;
})(window.tailboard);
