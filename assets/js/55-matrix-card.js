/* One run's confusion matrix of one tag: a card with its scores, the cells, and tables beneath. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const GAP_PX = 14; // between pointer and tooltip
  const TABLES_PX = 172;
  const overlay = () => document.getElementById("overlay");
  const share = (value) => (value === null ? "–" : value.toFixed(3));
  const amount = (value) => (Number.isInteger(value) ? format.integer(value) : format.number(value));
  const percent = (part, whole) => (whole ? `${((100 * part) / whole).toPrecision(3)} %` : "–");

  /** What is shown of a matrix: the values of its cells, row after row, NaN for the diagonal where errors are asked for. */
  function valuesOf({ counts, size, classes }, { cells, errors }) {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const whole = { counts: () => 1, true: (row) => classes.support[row], predicted: (row, column) => classes.predicted[column], all: () => total }[cells];
    return counts.map((count, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      if (errors && row === column) return NaN;
      return count ? count / whole(row, column) : 0;
    });
  }

  /** The largest size of a value, for colours that several cards share. */
  const topOf = (values) => values.reduce((top, value) => (Math.abs(value) > top ? Math.abs(value) : top), 0);

  /* A cell has room for few digits. */
  function textOf(cells, signed) {
    const plain = cells === "counts" ? (value) => (Number.isInteger(value) ? format.short(Math.abs(value)) : format.number(Math.abs(value))) : (value) => shortPercent(100 * Math.abs(value));
    return (value) => `${value < 0 ? "−" : signed && value > 0 ? "+" : ""}${plain(value)}`;
  }
  const shortPercent = (value) => (value === 0 ? "0" : value >= 9.95 ? value.toFixed(0) : value.toFixed(1));

  /* The drawer of this kind. */
  class Cells {
    constructor(box) {
      this.canvas = make("canvas", { class: "matrix", tabindex: "0", role: "img" });
      this.said = make("output", { class: "unseen", "aria-live": "polite" });
      this.at = null; // the cell that is told of
      box.replaceChildren(this.canvas, this.said);
      this.canvas.addEventListener("pointermove", (event) => this.point(event));
      this.canvas.addEventListener("pointerleave", () => this.hide());
      this.canvas.addEventListener("blur", () => this.hide());
      this.canvas.addEventListener("keydown", (event) => this.press(event));
    }

    show(data, shown, look) {
      Object.assign(this, { data, shown });
      this.plot = tb.matrixPlot.draw(this.canvas, { ...shown, size: data.size, labels: data.labels }, look);
      this.canvas.setAttribute("aria-label", `${look.words}: confusion matrix of ${format.integer(data.size)} classes at step ${format.integer(data.step)}`);
      if (this.at && overlay().firstChild?.owner === this) this.tell(this.at);
    }

    point(event) {
      const frame = this.canvas.getBoundingClientRect();
      const found = this.plot.find(event.clientX - frame.left, event.clientY - frame.top);
      if (found) this.tell(found, [event.clientX, event.clientY]);
      else this.hide();
    }

    /* The four arrows go from cell to cell while the matrix has the focus. */
    press(event) {
      const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      const by = moves[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation(); // or the step would change, too
      const inside = (value) => Math.min(Math.max(value, 0), this.data.size - 1);
      const { row, column } = this.at || { row: -by[0], column: -by[1] };
      this.tell({ row: inside(row + by[0]), column: inside(column + by[1]) });
      this.said.textContent = [...overlay().firstChild.children].map(({ children: [name, text] }) => `${name.textContent} ${text.textContent}`).join(", ");
    }

    tell(cell, where = null) {
      this.at = cell;
      const [x, y] = where || this.beside(cell);
      const tooltip = make("div", { class: "tooltip histogram-tooltip matrix-tooltip" }, ...this.words(cell));
      tooltip.owner = this;
      overlay().replaceChildren(tooltip);
      const { offsetWidth: width, offsetHeight: height } = tooltip;
      const left = x + GAP_PX + width > innerWidth - 8 ? x - GAP_PX - width : x + GAP_PX;
      tooltip.style.transform = `translate(${Math.max(8, left)}px, ${Math.min(Math.max(8, y + GAP_PX), innerHeight - height - 8)}px)`;
    }

    beside(cell) {
      const frame = this.canvas.getBoundingClientRect();
      const [x, y] = this.plot.spot(cell);
      return [frame.left + x, frame.top + y];
    }

    words({ row, column }) {
      const { labels, counts, classes, size } = this.data;
      const count = counts[row * size + column];
      const total = classes.support.reduce((sum, value) => sum + value, 0);
      const line = (name, text) => make("div", {}, make("span", { class: "quiet", text: name }), make("span", { text }));
      const value = this.shown.signed ? [line("difference", this.shown.full(this.shown.values[row * size + column]))] : [];
      return [line("true", labels[row]), line("predicted", labels[column]), line("count", amount(count)), line("of true", percent(count, classes.support[row])), line("of predicted", percent(count, classes.predicted[column])), line("of all", percent(count, total)), ...value];
    }

    hide() {
      if (overlay().firstChild?.owner === this) overlay().replaceChildren();
      this.at = null;
    }

    drop() {
      this.hide();
      this.canvas.remove();
      this.said.remove();
    }
  }

  class Card {
    /** Height of a whole card, known before there is anything in it. */
    static height({ matrix }) {
      return matrix + 46 + TABLES_PX + 16;
    }

    constructor(run, tag) {
      Object.assign(this, { run, tag, drawing: null, drawn: "" });
      this.note = make("span", { class: "cell-note quiet" });
      this.name = make("span", { class: "cell-run", title: run });
      this.csv = make("a", { class: "icon small icon-save matrix-csv", title: "This matrix as CSV", "aria-label": `Confusion matrix ${tag} of ${run} as CSV`, download: `${tb.saving.named(run, tag)}.csv` });
      this.scores = make("p", { class: "matrix-scores" });
      this.head = make("header", {}, make("span", { class: "cell-swatch" }), this.name, this.note, this.csv);
      this.media = make("div", { class: "cell-media" });
      this.words = make("p", { class: "cell-words" });
      this.box = make("div", { class: "cell-box" }, this.media, this.words);
      this.tables = new tb.MatrixTables((cell) => (cell && this.drawing ? this.drawing.tell(cell) : this.drawing?.hide()));
      this.element = make("article", { class: "cell matrix-card", "data-run": run, "aria-label": `${tag} of ${run}` }, this.head, this.scores, this.box, this.tables.element);
    }

    /** Draw `found`: {words, error, loading, data, item, step, note}, with `shown` of its cells. */
    show(found, shown, look) {
      const run = tb.live.runs.get(this.run);
      if (this.slot !== run.slot) this.head.firstChild.replaceChildren(tb.runs.swatch(run));
      this.slot = run.slot;
      this.name.textContent = tb.runs.title(this.run).split("/").at(-1);
      this.note.textContent = found.note;
      this.box.style.height = found.logged ? `${look.matrix}px` : "";
      this.tables.element.hidden = !found.logged;
      this.csv.hidden = !found.item;
      if (found.item) this.csv.href = tb.evaluation.csv(this.run, this.tag, found.item);
      this.words.textContent = found.words;
      this.words.hidden = !found.words;
      this.words.classList.toggle("cell-error", Boolean(found.error));
      this.box.classList.toggle("loading", Boolean(found.loading) && !found.data);
      this.media.hidden = !found.data;
      this.tables.element.classList.toggle("empty-tables", !found.data);
      this.scores.textContent = found.data ? `accuracy ${share(found.data.accuracy)} · macro F1 ${share(found.data.macro_f1)} · balanced ${share(found.data.balanced_accuracy)}` : "";
      if (found.data) this.draw(found.data, shown, look);
      else this.rest();
    }

    draw(data, shown, look) {
      const key = JSON.stringify([look, shown.top, shown.signed, shown.of, window.devicePixelRatio]);
      if (this.drawing && this.drawing.data === data && key === this.drawn) return;
      this.drawing = this.drawing || tb.drawers[tb.known.kinds.confusion_matrix.panel].make(this.media);
      this.drawing.show(data, shown, { width: look.width, height: look.matrix, words: this.element.getAttribute("aria-label") });
      this.tables.show(data);
      this.drawn = key;
    }

    /** Let go of what is drawn while nobody is near; the box keeps its size. */
    rest() {
      this.drawing?.drop();
      this.drawing = null;
    }

    drop() {
      this.rest();
      this.element.remove();
    }
  }

  document.addEventListener("scroll", () => overlay()?.querySelector(".matrix-tooltip")?.owner.hide(), { passive: true });
  tb.drawers.matrix = { height: (shape, width) => Math.round(Math.min(width * 0.94, 680)), make: (box) => new Cells(box) };
  tb.MatrixCard = Card;
  tb.matrixValues = { of: valuesOf, top: topOf, text: textOf };
})(window.tailboard);
