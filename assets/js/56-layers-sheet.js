/* The heat maps of all picked runs on one canvas: only what is in view is drawn, however many tags there are. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const LEAST_RUN_PX = 120;
  const GAP_PX = 10; // between runs
  const PAGE_ROWS = 12; // of the keys PageUp and PageDown
  const POINTER_PX = 14; // between pointer and tooltip
  const TOTALS = { min: (all) => Math.min(...all), max: (all) => Math.max(...all), absmax: (all) => Math.max(...all), nonfinite: (all) => Math.max(...all), grad_nonfinite: (all) => Math.max(...all), weight_nonfinite: (all) => Math.max(...all), activation_nonfinite: (all) => Math.max(...all) };
  const mean = (all) => all.reduce((sum, value) => sum + value, 0) / all.length;
  const overlay = () => document.getElementById("overlay");

  class Sheet {
    /** `choose(spot)` is called with {tag, run, step, at} where a cell is opened. */
    constructor(choose) {
      this.choose = choose;
      this.heads = make("div", { class: "layers-heads" });
      this.canvas = make("canvas", { class: "layers-canvas", tabindex: "0", role: "application", "aria-roledescription": "heat map" });
      this.said = make("output", { class: "unseen", "aria-live": "polite" });
      this.space = make("div", { class: "layers-space" }, this.canvas);
      this.scroller = make("div", { class: "layers-scroll" }, this.space);
      this.axis = make("canvas", { class: "layers-axis", "aria-hidden": "true" });
      this.element = make("div", { class: "layers-sheet" }, this.heads, this.scroller, this.axis, this.said);
      this.cursor = null; // {key, run, step}: where keys and pointer are
      this.held = { datas: [], limits: null, byRow: new Map() };
      this.scroller.addEventListener("scroll", () => this.later(), { passive: true });
      this.canvas.addEventListener("pointermove", (event) => this.point(event));
      this.canvas.addEventListener("pointerleave", () => this.hide());
      this.canvas.addEventListener("blur", () => this.hide());
      this.canvas.addEventListener("click", (event) => this.click(event));
      this.canvas.addEventListener("keydown", (event) => this.press(event));
    }

    /**
     * Draw anew. `state`: {runs: [{id, place, data}], stat, log, perRow, step, open}, `rows` as tb.layers.rowsOf makes them,
     * `height` of the whole sheet in pixels.
     */
    show(rows, state, height) {
      Object.assign(this, { rows, state, open: state.open });
      const total = rows.length ? rows.at(-1).top + rows.at(-1).height : 0;
      this.heads.classList.toggle("layers-heads-told", state.isWatched); // before their height is asked for
      const room = Math.max(120, height - this.heads.offsetHeight - tb.layers.AXIS_PX);
      this.scroller.style.height = `${Math.min(room, total + 2)}px`;
      this.measure(total);
      this.showHeads();
      this.forgetLimits();
      this.canvas.setAttribute("aria-label", this.label());
      this.draw();
    }

    label() {
      const drawn = this.rows.filter((row) => !row.head || row.folded);
      const tags = drawn.reduce((sum, row) => sum + row.tags.length, 0);
      const runs = this.state.runs.length;
      return `${this.state.words} of ${format.integer(tags)} tags in ${format.integer(drawn.length)} rows over steps, ${runs} ${runs === 1 ? "run" : "runs"}`;
    }

    measure(total = this.total) {
      this.total = total;
      const [width, height] = [this.scroller.clientWidth, this.scroller.clientHeight];
      const count = Math.max(1, this.state.runs.length);
      const labels = Math.round(Math.min(260, Math.max(110, width * 0.24)));
      const runWidth = Math.max(LEAST_RUN_PX, Math.floor((width - labels) / count) - GAP_PX);
      const whole = labels + count * (runWidth + GAP_PX);
      Object.assign(this.space.style, { height: `${total}px`, width: `${whole}px` });
      const [top, left] = [this.scroller.scrollTop, this.scroller.scrollLeft];
      const start = (place) => labels + GAP_PX / 2 + place * (runWidth + GAP_PX) - left;
      this.layout = {
        width, height, labels, runWidth, top, left, start,
        columnBox(place, column, of) {
          const from = start(place) + Math.round((column * runWidth) / of);
          return { x: from, width: Math.max(1, start(place) + Math.round(((column + 1) * runWidth) / of) - from) };
        },
        inView: (place) => start(place) < width && start(place) + runWidth > labels,
      };
    }

    /* Every run's name over its cells. */
    showHeads() {
      const { start, runWidth, labels, width } = this.layout;
      const heads = make("div", { class: `layers-heads${this.state.isWatched ? " layers-heads-told" : ""}` });
      for (const { id, place, note } of this.state.runs) {
        const name = make("span", { class: "cell-run", text: tb.runs.title(id).split("/").at(-1), title: id });
        const first = make("div", { class: "layers-name" }, tb.runs.swatch(tb.live.runs.get(id)), name, make("span", { class: "quiet", text: note }));
        const head = make("div", { class: "layers-head" }, first, ...(this.state.isWatched ? [tb.layers.verdictLine(id)] : []));
        Object.assign(head.style, { left: `${start(place)}px`, width: `${runWidth}px` });
        head.hidden = start(place) < labels || start(place) > width;
        heads.append(head);
      }
      tb.become(this.heads, heads); // a line that has the focus keeps it
    }

    /** Show the first layer that was not finite: its row comes into view, and its course is opened. */
    showVerdict(id) {
      const told = tb.layers.verdict(id);
      const run = this.state.runs.find((one) => one.id === id);
      const row = this.rows.find((one) => tb.layers.isRowOf(one, told.layer));
      const steps = run?.data?.step || [];
      if (!steps.length || !row) return tb.toast(`No row that is shown here is of ${told.layer}.`);
      const after = steps.findIndex((step) => step >= told.step); // measured there for the first time
      const column = after < 0 ? steps.length - 1 : after;
      this.cursor = { key: row.key, run: id, step: steps[column] };
      this.scroller.scrollTop = row.top - this.layout.height / 4; // a panel may lie over the lower half
      this.measure();
      this.reveal(row, run);
      const tag = row.tags.find((one) => one === told.layer || one.startsWith(`${told.layer}.`));
      return this.choose({ tag, run: id, step: steps[column], last: false });
    }

    later() {
      this.hide();
      if (!this.frame) this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.measure();
        this.showHeads();
        this.draw();
      });
    }

    draw() {
      tb.layers.paint(this.canvas, this);
      tb.layers.paintAxis(this.axis, this);
    }

    /* --- values and colours --- */

    /** What is known of a row at a column of a run; of a folded group what its tags come to. */
    cell(row, run, column) {
      if (row.tags.length === 1) return tb.layers.cell(run.data, row.tags[0], column);
      const cells = row.tags.map((tag) => tb.layers.cell(run.data, tag, column)).filter(Boolean);
      if (!cells.length) return null;
      const values = cells.map((cell) => cell.value).filter((value) => value !== null);
      const bad = cells.filter((cell) => cell.nonfinite);
      return {
        value: values.length ? (TOTALS[this.state.stat] || mean)(values) : null,
        step: run.data.step[column],
        of: cells.length,
        nonfinite: bad.length ? [0, 1].map((i) => bad.reduce((sum, cell) => sum + cell.nonfinite[i], 0)) : null,
        estimated: cells.some((cell) => cell.estimated),
        unrecorded: cells.every((cell) => cell.unrecorded),
      };
    }

    /* Limits are taken again where other data, rows or statistics are shown. */
    forgetLimits() {
      const datas = [this.rows, this.state.stat, ...this.state.runs.map((run) => run.data)];
      if (datas.length === this.held.datas.length && datas.every((one, i) => one === this.held.datas[i])) return;
      this.held = { datas, limits: undefined, byRow: new Map() };
    }

    /** The limits of all rows together. */
    limits() {
      if (this.held.limits === undefined) this.held.limits = tb.layers.scale.limitsOf(this.rows.flatMap((row) => (row.head && !row.folded ? [] : this.valuesOf(row))));
      return this.held.limits;
    }

    valuesOf(row) {
      const values = [];
      for (const { data } of this.state.runs) {
        for (const tag of data ? row.tags : []) for (const value of data.values[data.rows.get(tag)] || []) if (value !== null) values.push(value);
      }
      return values;
    }

    colourOf(row) {
      const { stat, log, perRow } = this.state;
      if (!this.held.byRow.has(row.key)) this.held.byRow.set(row.key, perRow ? tb.layers.scale.limitsOf(this.valuesOf(row)) : null);
      const limits = perRow ? this.held.byRow.get(row.key) : this.limits();
      const [place, colour] = [tb.layers.scale.placer(stat, limits, log), tb.layers.scale.painter(stat)];
      return (value) => colour(place(value));
    }

    /* --- where things are --- */

    /** The row, run and column at a pixel of the canvas; parts of it are null beside them. */
    find(x, y) {
      const row = this.rows[tb.layers.rowAt(this.rows, y + this.layout.top)] || null;
      const inside = row && y + this.layout.top < row.top + row.height ? row : null;
      const run = x > this.layout.labels ? this.state.runs.find(({ place }) => x >= this.layout.start(place) && x < this.layout.start(place) + this.layout.runWidth) : null;
      if (!inside || !run?.data?.step.length) return { row: inside, run: null };
      const column = Math.floor(((x - this.layout.start(run.place)) / this.layout.runWidth) * run.data.step.length);
      return { row: inside, run, column };
    }

    /** A spot by name, found again after anything changed; null where it is gone. */
    found(spot) {
      const row = this.rows.find((one) => one.key === spot.key);
      const run = this.state.runs.find((one) => one.id === spot.run);
      if (!row || !run?.data?.step.length) return null;
      return { row, run, column: Math.max(0, tb.media.placeAt(run.data.step, spot.step)) };
    }

    boxOf(spot) {
      const at = this.found(spot);
      if (!at) return null;
      const { x, width } = this.layout.columnBox(at.run.place, at.column, at.run.data.step.length);
      return { x, width, y: at.row.top - this.layout.top, height: at.row.height };
    }

    /* --- pointer and keys --- */

    point(event) {
      const { left, top } = this.canvas.getBoundingClientRect();
      const at = this.find(event.clientX - left, event.clientY - top);
      this.canvas.style.cursor = at.run || at.row?.head ? "pointer" : "default";
      if (at.run && !(at.row.head && !at.row.folded)) this.tell(at, event.clientX, event.clientY);
      else if (at.row && event.clientX - left < this.layout.labels) this.tellRow(at.row, event.clientX, event.clientY);
      else this.hide();
    }

    click(event) {
      const { left, top } = this.canvas.getBoundingClientRect();
      const at = this.find(event.clientX - left, event.clientY - top);
      if (at.run) this.cursor = { key: at.row.key, run: at.run.id, step: at.run.data.step[at.column] };
      this.enter(at);
    }

    /* A group folds or unfolds, a cell's histogram is shown beside. */
    enter({ row, run, column }) {
      if (row?.head) return tb.layers.fold(row.name);
      const cell = row && run ? this.cell(row, run, column) : null;
      if (cell) this.choose({ tag: row.tags[0], run: run.id, step: run.data.step[column], last: column === run.data.step.length - 1 });
      return undefined;
    }

    press(event) {
      const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-PAGE_ROWS, 0], PageDown: [PAGE_ROWS, 0], Home: [0, -Infinity], End: [0, Infinity] };
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const at = this.cursor && this.found(this.cursor);
      if (event.key === "Enter" && at) return this.enter(at);
      if (!(event.key in moves)) return;
      event.preventDefault();
      event.stopPropagation(); // beside the heat maps arrows choose steps
      this.move(at, moves[event.key]);
    }

    move(at, [down, on]) {
      const runs = this.state.runs.filter((run) => run.data?.step.length);
      if (!runs.length || !this.rows.length) return;
      const first = at || { row: this.rows[Math.max(0, tb.layers.rowAt(this.rows, this.layout.top))], run: runs[0], column: 0 };
      const row = this.rows[Math.min(Math.max(this.rows.indexOf(first.row) + (at ? down : 0), 0), this.rows.length - 1)];
      let run = first.run;
      let column = first.column + (at ? on : 0);
      const beside = runs[runs.indexOf(run) + Math.sign(on)];
      if (Number.isFinite(column) && (column < 0 || column >= run.data.step.length) && beside) {
        run = beside;
        column = on > 0 ? 0 : run.data.step.length - 1;
      }
      column = Math.min(Math.max(column, 0), run.data.step.length - 1);
      this.cursor = { key: row.key, run: run.id, step: run.data.step[column] };
      this.reveal(row, run);
      const spot = this.boxOf(this.cursor);
      const frame = this.canvas.getBoundingClientRect();
      this.tell({ row, run, column }, frame.left + spot.x + spot.width, frame.top + spot.y);
      this.said.textContent = [...overlay().firstChild.children].map(({ textContent }) => textContent).join(", ");
      this.draw();
    }

    reveal(row, run) {
      const { top, height, left, width, labels, runWidth } = this.layout;
      if (row.top < top) this.scroller.scrollTop = row.top;
      if (row.top + row.height > top + height) this.scroller.scrollTop = row.top + row.height - height;
      const from = labels + run.place * (runWidth + GAP_PX);
      if (from - labels < left) this.scroller.scrollLeft = from - labels;
      if (from + runWidth + GAP_PX > left + width) this.scroller.scrollLeft = from + runWidth + GAP_PX - width;
      this.measure();
    }

    /* --- the tooltip --- */

    tell({ row, run, column }, x, y) {
      const cell = row.head && !row.folded ? null : this.cell(row, run, column);
      const line = (name, text) => make("div", {}, make("span", { class: "quiet", text: name }), make("span", { text }));
      const head = [line(row.head ? "module" : tb.layers.scale.isWatched(this.state.stat) ? "layer" : "tag", row.head ? row.name : row.tags[0]), line("run", tb.runs.title(run.id)), line("step", format.integer(cell?.step ?? run.data.step[column]))];
      this.place([...head, ...this.valueLines(row, cell, line)], x, y);
    }

    valueLines(row, cell, line) {
      if (row.head && !row.folded) return [line("tags", `${row.tags.length}, unfolded`)];
      if (!cell) return [line("", "nothing logged at this step")];
      if (tb.layers.scale.isWatched(this.state.stat) && cell.nonfinite && cell.of === undefined) return [line(this.state.words, cell.nonfinite[0] ? "NaN" : "infinite")];
      const value = cell.unrecorded && cell.value === null ? "not recorded" : cell.value === null ? "no value" : this.state.share ? `${(100 * cell.value).toPrecision(4)} %` : full(cell.value);
      const lines = [line(this.state.words + (cell.of > 1 ? ` of ${cell.of} tags` : ""), value + (cell.estimated && cell.value !== null ? " (estimated)" : ""))];
      if (cell.nonfinite) lines.push(line("not finite", tb.layers.badWords(cell.nonfinite)));
      return lines;
    }

    tellRow(row, x, y) {
      if (row.height < 10 || row.head) return this.hide();
      return this.place([make("div", { text: row.tags[0] })], x, y);
    }

    place(lines, x, y) {
      const tooltip = make("div", { class: "tooltip histogram-tooltip" }, ...lines);
      tooltip.owner = this;
      overlay().replaceChildren(tooltip);
      const { offsetWidth: width, offsetHeight: height } = tooltip;
      const left = x + POINTER_PX + width > innerWidth - 8 ? x - POINTER_PX - width : x + POINTER_PX;
      tooltip.style.transform = `translate(${Math.max(8, left)}px, ${Math.min(Math.max(8, y - height - 4), innerHeight - height - 8)}px)`;
    }

    hide() {
      if (overlay().firstChild?.owner === this) overlay().replaceChildren();
    }
  }

  /* Exactly, as far as float64 goes. */
  const full = (value) => (Number.isInteger(value) && Math.abs(value) < 1e15 ? format.integer(value) : String(Number(value.toPrecision(9)))).replace("-", "−");

  /** "12 NaN, 3 infinite" of counts of both. */
  tb.layers.badWords = ([nan, inf]) => [nan ? `${format.integer(nan)} NaN` : "", inf ? `${format.integer(inf)} infinite` : ""].filter(Boolean).join(", ");
  tb.layers.full = full;
  tb.layers.Sheet = Sheet;
})(window.tailboard);
