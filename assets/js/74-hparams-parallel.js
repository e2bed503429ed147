/* Parallel coordinates: an axis for each parameter and one for the metric, a line for each run. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const hp = tb.hparams;
  const HEIGHT_PX = 380;
  const TOP_PX = 12;
  const NONE_PX = 22; // below the axes: where runs go that have no value
  const SIDE_PX = 66;
  const GRIP_PX = 26; // how far from an axis a drag is a brush
  const NEAR_PX = 7;
  const MIN_GAP_PX = 84; // between two axes; with more of them the drawing scrolls
  const CORRELATED = 0.5;

  class Parallel {
    constructor(hover) {
      this.hover = hover; // told of the place of the run under the pointer, or null, and the event
      this.heads = make("div", { class: "hparam-heads" });
      this.canvas = make("canvas", { class: "hparam-lines", role: "img" });
      this.element = make("div", { class: "hparam-parallel" }, make("div", { class: "hparam-wide" }, this.heads, this.canvas));
      this.forward = null;
      this.drag = null;
      this.canvas.addEventListener("pointerdown", (event) => this.pressed(event));
      this.canvas.addEventListener("pointermove", (event) => this.moved(event));
      this.canvas.addEventListener("pointerup", (event) => this.released(event));
      this.canvas.addEventListener("pointerleave", () => !this.drag && this.bring(null));
    }

    show(axes, passed, colour) {
      Object.assign(this, { axes, passed, colour });
      this.width = Math.max(this.element.clientWidth, 2 * SIDE_PX + (axes.length - 1) * MIN_GAP_PX);
      this.element.firstChild.style.width = `${this.width}px`;
      this.layHeads();
      const names = axes.map((axis) => axis.name).join(", ");
      this.canvas.setAttribute("aria-label", `${format.integer(passed.length)} runs over ${names}; the table below has the same numbers`);
      this.draw();
    }

    x(place) {
      return this.axes.length > 1 ? SIDE_PX + (place * (this.width - 2 * SIDE_PX)) / (this.axes.length - 1) : this.width / 2;
    }

    /** Pixels from the top of a place on an axis; null, no value, is below. */
    y(place) {
      return place === null ? HEIGHT_PX - 6 : TOP_PX + (1 - place) * (HEIGHT_PX - TOP_PX - NONE_PX);
    }

    placeAt(y) {
      return 1 - (y - TOP_PX) / (HEIGHT_PX - TOP_PX - NONE_PX);
    }

    layHeads() {
      const metric = this.axes.find((axis) => axis.metric);
      const over = hp.brushes();
      const heads = this.axes.map((axis, place) => {
        const rho = axis.metric || !axis.number || !metric ? null : hp.spearman(axis.values, metric.values);
        const words = rho === null ? (axis.log ? "log" : "") : `ρ ${rho.toFixed(2).replace("-", "−")}`;
        const hint = `${axis.name}: options, range and order${rho === null ? "" : `. Rank correlation with ${metric.name}: ${rho.toFixed(2)}`}`;
        const head = make(
          "button",
          { class: `hparam-head${over.has(axis.name) ? " brushed" : ""}`, type: "button", title: hint, "data-act": "hparam-axis", "data-axis": axis.name },
          make("span", { class: "hparam-name" }, make("bdi", { text: axis.name })),
          make("span", { class: rho !== null && Math.abs(rho) >= CORRELATED ? "hparam-rho" : "quiet", text: words || " " }),
        );
        head.style.left = `${this.x(place)}px`;
        head.style.maxWidth = `${Math.max(MIN_GAP_PX, this.x(1) - this.x(0)) - 6}px`;
        return head;
      });
      const focused = document.activeElement?.dataset?.axis;
      this.heads.replaceChildren(...heads);
      if (focused) heads.find((head) => head.dataset.axis === focused)?.focus({ preventScroll: true });
    }

    draw() {
      const pen = tb.canvas.begin(this.canvas, this.width, HEIGHT_PX);
      const theme = tb.canvas.colours(this.canvas);
      const order = hp.ranked().reverse(); // the best on top
      const some = this.passed.some((one) => !one);
      pen.lineWidth = 1;
      if (some) this.lines(pen, order.filter((i) => !this.passed[i]), () => theme.line, 0.8);
      const passing = order.filter((i) => this.passed[i]);
      this.lines(pen, passing, this.colour, passing.length > 200 ? 0.35 : passing.length > 40 ? 0.6 : 0.9);
      if (this.forward !== null) {
        pen.lineWidth = 3;
        this.lines(pen, [this.forward], this.colour, 1);
      }
      this.axes.forEach((axis, place) => this.drawAxis(pen, axis, place, theme));
    }

    lines(pen, runs, colour, alpha) {
      pen.globalAlpha = alpha;
      for (const i of runs) {
        pen.strokeStyle = colour(i);
        pen.beginPath();
        this.axes.forEach((axis, place) => pen.lineTo(this.x(place), this.y(axis.place(axis.values[i]))));
        pen.stroke();
      }
      pen.globalAlpha = 1;
    }

    drawAxis(pen, axis, place, theme) {
      const x = Math.round(this.x(place)) + 0.5;
      pen.strokeStyle = theme.quiet;
      pen.lineWidth = 1;
      pen.beginPath();
      pen.moveTo(x, this.y(1));
      pen.lineTo(x, this.y(0));
      pen.stroke();
      const brush = this.drag?.place === place && this.drag.to !== null ? axis.brush(this.drag.from, this.drag.to) : hp.brushes().get(axis.name);
      pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent");
      for (const [from, to] of brush ? axis.covered(brush) : []) {
        pen.globalAlpha = 0.28;
        pen.fillRect(x - 7, this.y(to), 14, this.y(from) - this.y(to));
        pen.globalAlpha = 1;
        pen.fillRect(x - 7, this.y(to), 14, 1.5);
        pen.fillRect(x - 7, this.y(from) - 1.5, 14, 1.5);
      }
      this.labels(pen, axis, place, theme);
    }

    /* Labels stand left of the axis with paper behind them, so that lines do not run through. */
    labels(pen, axis, place, theme) {
      pen.textBaseline = "middle";
      pen.textAlign = "right";
      const room = place ? this.x(place) - this.x(place - 1) - 20 : SIDE_PX - 10;
      const without = axis.values.some((value) => axis.place(value) === null);
      const all = axis.ticks(HEIGHT_PX - TOP_PX - NONE_PX).map(({ value, text }) => [this.y(axis.place(value)), text]);
      if (without) all.push([this.y(null), "none"]);
      for (const [y, text] of all) {
        const cut = shortened(pen, text, room);
        const width = pen.measureText(cut).width;
        pen.fillStyle = theme.paper;
        pen.globalAlpha = 0.8;
        pen.fillRect(this.x(place) - 8 - width, y - 6, width + 3, 12);
        pen.globalAlpha = 1;
        pen.fillStyle = theme.text;
        pen.fillText(cut, this.x(place) - 6, y);
      }
    }

    /* --- the pointer: near an axis it brushes, elsewhere it points at a line --- */
    at(event) {
      const box = this.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }

    axisAt(x) {
      const found = this.axes.findIndex((_, place) => Math.abs(this.x(place) - x) <= GRIP_PX);
      return found < 0 ? null : found;
    }

    pressed(event) {
      const [x, y] = this.at(event);
      const place = this.axisAt(x);
      if (event.button !== 0 || place === null) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.drag = { place, from: this.placeAt(y), to: null };
    }

    moved(event) {
      const [x, y] = this.at(event);
      this.canvas.style.cursor = this.drag || this.axisAt(x) !== null ? "ns-resize" : "crosshair";
      if (!this.drag) return this.bring(this.lineAt(x, y), event);
      if (Math.abs(this.placeAt(y) - this.drag.from) > 0.012) this.drag.to = this.placeAt(y);
      if (this.drag.to === null) return undefined;
      const axis = this.axes[this.drag.place];
      this.passed = hp.passing(this.axes, new Map([...hp.brushes(), [axis.name, axis.brush(this.drag.from, this.drag.to)]]));
      return this.draw();
    }

    released(event) {
      const drag = this.drag;
      this.drag = null;
      if (drag) {
        const axis = this.axes[drag.place];
        if (drag.to !== null) hp.brush([[axis.name, axis.brush(drag.from, drag.to)]]);
        else if (hp.brushes().has(axis.name)) hp.brush([[axis.name, null]]);
        return;
      }
      const run = this.lineAt(...this.at(event));
      if (run === null) return;
      const id = hp.answer().runs[run];
      tb.view.set({ focus: tb.view.get().focus === id ? "" : id });
    }

    /** Place of the run whose line is under the pointer; null where none is near. */
    lineAt(x, y) {
      if (this.axes.length < 2) return null;
      const gap = this.x(1) - this.x(0);
      const left = Math.min(this.axes.length - 2, Math.max(0, Math.floor((x - SIDE_PX) / gap)));
      const share = (x - this.x(left)) / gap;
      let best = null;
      let least = NEAR_PX;
      for (let i = 0; i < this.passed.length; i += 1) {
        if (!this.passed[i]) continue;
        const [a, b] = [this.axes[left], this.axes[left + 1]].map((axis) => this.y(axis.place(axis.values[i])));
        const distance = Math.abs(a + share * (b - a) - y);
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

  function shortened(pen, text, room) {
    if (pen.measureText(text).width <= room) return text;
    let length = text.length;
    while (length > 1 && pen.measureText(`${text.slice(0, length)}…`).width > room) length -= 1;
    return `${text.slice(0, length)}…`;
  }

  Object.assign(hp, { Parallel, shortened });
})(window.tailboard);
