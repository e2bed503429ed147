/* A panel of curves: a plot that answers pointer and keys, and its legend. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const { known, fitted } = tb.linePlot;
  const ROW_PX = 22;
  const MOST_ROWS = 6; // more are scrolled to
  const HEAD_PX = 30;
  const MOST_TOLD = 8;
  const GAP_PX = 16; // between pointer and tooltip
  const MOST_GUIDES = 3;
  const overlay = () => document.getElementById("overlay");
  const share = (value) => (known(value) ? value.toFixed(3) : "–");
  const tally = (value) => (known(value) ? (Number.isInteger(value) ? format.integer(value) : format.number(value)) : "–");

  class Panel {
    /** Height of a whole panel, known before there is anything in it. */
    static height(look, rows) {
      return look.height + HEAD_PX + ROW_PX * (1 + Math.min(MOST_ROWS, Math.max(1, rows))) + 16;
    }

    constructor({ key, title, kind }) {
      Object.assign(this, { key, kind, title, lines: [], at: null, forward: null, kept: new Map(), frame: 0 });
      this.canvas = make("canvas", { class: "curve-plot", tabindex: "0", role: "img" });
      this.words = make("p", { class: "cell-words" });
      this.said = make("output", { class: "unseen", "aria-live": "polite" });
      this.note = make("span", { class: "cell-note quiet" });
      this.legend = new tb.CurveLegend((id) => this.bringForward(id));
      const cut = title.lastIndexOf("/") + 1;
      const heading = make("h3", { title }, make("span", { class: "quiet", text: title.slice(0, cut) }), title.slice(cut));
      this.box = make("div", { class: "cell-box" }, this.canvas, this.words, this.said);
      this.element = make("article", { class: "cell curve-panel", "data-key": key, "aria-label": title }, make("header", {}, heading, this.note), this.box, this.legend.element);
      this.canvas.addEventListener("pointermove", (event) => this.point(event));
      this.canvas.addEventListener("pointerleave", () => this.hide());
      this.canvas.addEventListener("blur", () => this.hide());
      this.canvas.addEventListener("click", () => this.choose());
      this.canvas.addEventListener("keydown", (event) => this.press(event));
    }

    /** Draw the lines of `runs`; `entries` says which run logged which tag. */
    show(panel, runs, entries, look) {
      this.look = { ...look, way: tb.curveLines.wayOf(this.kind) };
      this.lines = tb.curveLines.linesOf(panel, runs, entries, this.look, this.kept);
      this.box.style.height = `${look.height}px`;
      this.legend.element.style.height = `${ROW_PX * (1 + Math.min(MOST_ROWS, Math.max(1, this.lines.length)))}px`;
      const { evaluation_off: off } = tb.view.get();
      this.shown = this.lines.filter((line) => !off.includes(line.id));
      const drawn = this.shown.filter((line) => line.x.length && line.y.some(known));
      this.words.textContent = drawn.length ? "" : this.emptyWords();
      this.words.hidden = !this.words.textContent;
      this.words.classList.toggle("cell-error", !this.words.hidden && this.shown.some((line) => line.error));
      this.box.classList.toggle("loading", !drawn.length && this.shown.some((line) => line.loading));
      this.canvas.hidden = !drawn.length;
      this.note.textContent = this.noteOf(drawn);
      this.legend.show(this.lines, this.look);
      if (this.at && !drawn.some((line) => line.id === this.at.id)) this.at = null;
      const key = JSON.stringify([this.look, off, tb.view.get().focus, window.devicePixelRatio, drawn.map(({ id, colour, dash }) => [id, colour, dash])]);
      const same = key === this.painted && drawn.every((line, i) => line.x === this.drawn[i].x && line.y === this.drawn[i].y);
      Object.assign(this, { drawn, painted: key });
      if (drawn.length && !same) this.paint();
    }

    emptyWords() {
      if (!this.shown.length) return "All curves are hidden: click their names below to show them.";
      if (this.shown.some((line) => line.loading)) return "";
      const words = [...new Set(this.shown.map((line) => line.words).filter(Boolean))];
      const first = words[0] || "Nothing to draw at this step.";
      return `${first[0].toUpperCase()}${first.slice(1)}${/[.!?]$/.test(first) ? "" : "."}`;
    }

    noteOf(drawn) {
      const { way, over } = this.look;
      const { kind, short } = tb.curveLines.WAYS[way];
      const steps = [...new Set(drawn.map((line) => line.step))];
      if (over) return kind === "scores" ? "scores over steps" : `${short} over steps`;
      return steps.length === 1 ? `${kind}, ${tb.cellNote(this.look.step, steps[0])}` : kind;
    }

    paint() {
      const { look, drawn } = this;
      const { focus } = tb.view.get();
      const forward = this.at?.id ?? this.forward;
      const runs = new Set(drawn.map((line) => line.run));
      const lines = drawn.map((line) => {
        const faded = forward ? line.id !== forward : runs.has(focus) && line.run !== focus;
        return { ...line, strong: forward === line.id, faded, marks: this.marksOf(line) };
      });
      const range = (side, fit) => (fit ? fitted(drawn.flatMap((line) => line[side]), [0, 1]) : [0, 1]);
      const ranges = { x: look.over ? stepsOf(drawn) : range("x", look.fit), y: range("y", look.over || look.fit) };
      const { x, y, long } = tb.curveLines.WAYS[look.way];
      const titles = look.over ? { x: "step", y: long.split(",")[0] } : { x, y };
      const upright = look.over ? (look.step ?? null) : null;
      this.plot = tb.linePlot.draw(this.canvas, lines, { ...look, ranges, titles, whole: look.over, guides: this.guides(forward), upright });
      this.canvas.setAttribute("aria-label", `${this.title}: ${drawn.length} ${drawn.length === 1 ? "line" : "lines"}, ${titles.y} against ${titles.x}`);
      if (this.at) this.placeTooltip();
    }

    /* What a classifier without skill has: the share of positives, or the diagonal. */
    guides(forward) {
      if (this.look.over) return [];
      if (this.look.way === "roc") return [{ from: [0, 0], to: [1, 1] }];
      const line = this.drawn.find((one) => one.id === forward);
      const rates = [...new Set((line ? [line] : this.drawn).map(({ data }) => data.base_rate).filter(known))];
      return rates.length > MOST_GUIDES ? [] : rates.map((rate) => ({ from: [0, rate], to: [1, rate] }));
    }

    /* Dots at the threshold under the pointer, rings at the one that is pinned. */
    marksOf(line) {
      if (this.look.over) return this.at ? [{ i: tb.media.placeAt(line.x, this.at.x) }] : [];
      const mark = (threshold, ring) => ({ i: tb.curveLines.placeOf(line.data, threshold) + line.from, ring });
      const pinned = this.look.threshold === null ? [] : [mark(this.look.threshold, true)];
      return this.at ? [...pinned, mark(this.at.threshold, false)] : pinned;
    }

    later() {
      this.frame ||= requestAnimationFrame(() => {
        this.frame = 0;
        if (this.drawn?.length && this.element.isConnected) this.paint();
      });
    }

    bringForward(id) {
      if (id === this.forward) return;
      this.forward = id;
      this.later();
    }

    point(event) {
      const frame = this.canvas.getBoundingClientRect();
      const found = this.plot?.near(event.clientX - frame.left, event.clientY - frame.top);
      if (!found) return this.hide();
      this.tell(found.line.id, found.i - found.line.from, [event.clientX, event.clientY]);
    }

    /** Tell of the point at `place` of a line's data, beside `where` on the screen, or beside the point itself. */
    tell(id, place, where = null) {
      const line = this.drawn.find((one) => one.id === id);
      const last = (this.look.over ? line.x : line.data.threshold).length - 1;
      const i = Math.min(Math.max(place, 0), last);
      this.at = { id, place: i, where, ...(this.look.over ? { x: line.x[i] } : { threshold: line.data.threshold[i] }) };
      this.later();
      this.showTooltip();
    }

    /* ↑ and ↓ go through the thresholds of a line, Page up and down by ten; Enter is a click. */
    press(event) {
      const moves = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
      if (event.key === "Enter") this.choose();
      if (!(event.key in moves) || !this.drawn?.length) return;
      event.preventDefault();
      const line = this.drawn.find((one) => one.id === (this.at?.id ?? this.forward)) || this.drawn[0];
      const begin = this.look.over ? line.x.length - 1 : tb.curveLines.placeOf(line.data, this.look.threshold ?? line.data.best_threshold ?? 0.5);
      this.tell(line.id, this.at ? this.at.place + moves[event.key] : begin);
      this.said.textContent = overlay().textContent;
    }

    /* A click marks the threshold on all panels, or lets go of it; over steps it chooses the step. */
    choose() {
      if (!this.at) return;
      if (this.look.over) return void tb.view.set({ image_step: String(this.at.x) });
      const text = String(Number(this.at.threshold.toPrecision(4)));
      tb.view.set({ evaluation_threshold: tb.view.get().evaluation_threshold === text ? "" : text });
    }

    showTooltip() {
      const tooltip = make("div", { class: "tooltip curve-tooltip" }, this.look.over ? this.stepTable() : this.thresholdTable());
      tooltip.owner = this;
      overlay().replaceChildren(tooltip);
      this.placeTooltip();
    }

    placeTooltip() {
      const tooltip = overlay().firstChild;
      const line = this.drawn.find((one) => one.id === this.at.id);
      if (tooltip?.owner !== this || !line || !this.plot) return;
      const frame = this.canvas.getBoundingClientRect();
      const [px, py] = this.plot.spot(line, this.at.place + line.from);
      const known = Number.isFinite(px) && Number.isFinite(py);
      const [x, y] = this.at.where || (known ? [frame.left + px, frame.top + py] : [frame.left + 60, frame.top + 60]);
      const { offsetWidth: width, offsetHeight: height } = tooltip;
      const left = x + GAP_PX + width > innerWidth - 8 ? x - GAP_PX - width : x + GAP_PX;
      tooltip.style.transform = `translate(${Math.max(8, left)}px, ${Math.min(Math.max(8, y + GAP_PX), innerHeight - height - 8)}px)`;
    }

    /* The line that is told of first, then those of the same tag, those of the same run, and the others. */
    told() {
      const first = this.drawn.find((line) => line.id === this.at.id);
      const rank = (line) => (line === first ? 0 : line.tag === first.tag ? 1 : line.run === first.run ? 2 : 3);
      return [...this.drawn].sort((a, b) => rank(a) - rank(b));
    }

    thresholdTable() {
      const rows = this.told().map((line) => {
        const i = tb.curveLines.placeOf(line.data, this.at.threshold);
        const of = (name) => line.data[name][i];
        return [line, ...["precision", "recall", "false_positive_rate", "f1"].map((name) => share(of(name))), ...["true_positives", "false_positives", "true_negatives", "false_negatives"].map((name) => tally(of(name)))];
      });
      return table(["precision", "recall", "FPR", "F1", "TP", "FP", "TN", "FN"], rows, `threshold ${format.number(this.at.threshold)}`);
    }

    stepTable() {
      const rows = this.told().map((line) => {
        const i = Math.max(0, tb.media.placeAt(line.x, this.at.x));
        return [line, share(line.y[i]), format.integer(line.x[i])];
      });
      return table([tb.curveLines.WAYS[this.look.way].short, "step"], rows, "a click chooses this step");
    }

    hide() {
      if (overlay().firstChild?.owner === this) overlay().replaceChildren();
      if (!this.at) return;
      this.at = null;
      this.later();
    }

    /** Let go of what is drawn while nobody is near; the panel keeps its size. */
    rest() {
      this.hide();
      this.kept.clear();
      this.painted = "";
    }

    drop() {
      this.rest();
      this.element.remove();
    }
  }

  const stepsOf = (lines) => [Math.min(...lines.map((line) => line.x[0])), Math.max(...lines.map((line) => line.x.at(-1)))];

  function table(names, rows, caption) {
    const head = make("tr", {}, make("th", {}), make("th", { text: "curve" }), ...names.map((text) => make("th", { text })));
    const body = rows.slice(0, MOST_TOLD).map(([line, ...cells], i) => make("tr", { class: i ? "" : "closest" }, make("td", {}, tb.curveClasses.swatch(line)), make("td", { class: "name" }, make("bdi", { text: line.name })), ...cells.map((text) => make("td", { text }))));
    const more = rows.length > MOST_TOLD ? `, and ${rows.length - MOST_TOLD} more curves` : "";
    return make("table", {}, make("caption", { text: caption + more }), make("thead", {}, head), make("tbody", {}, ...body));
  }

  document.addEventListener("scroll", () => overlay()?.querySelector(".curve-tooltip")?.owner.hide(), { passive: true });
  tb.drawers.curve = { height: (shape, width) => Math.round(Math.min(width * 0.7, 460)), make: (panel) => new Panel(panel) };
  tb.CurvePanel = Panel;
})(window.tailboard);
