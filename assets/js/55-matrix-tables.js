/* Beneath a confusion matrix: its largest errors, and precision, recall and F1 of each class. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const MOST_CLASSES = 200; // rows: more are in the download
  const COLUMNS = [
    ["label", "class"],
    ["support", "true", "How many are of this class", "wide"],
    ["predicted", "called", "How many are predicted as this class", "wide"],
    ["precision", "prec.", "Precision: of those called so, the share that is"],
    ["recall", "recall", "Recall: of those that are, the share that is called so"],
    ["f1", "F1", "Harmonic mean of precision and recall"],
  ];
  const known = (value) => value !== null && Number.isFinite(value);
  const share = (value) => (known(value) ? value.toFixed(3) : "–");
  const percent = (part, whole) => (whole ? `${((100 * part) / whole).toPrecision(3)} %` : "–");
  const amount = (value) => (Number.isInteger(value) ? format.integer(value) : format.number(value));

  class Tables {
    /** `point(cell)`: the cell of a confusion is told of, none for null. */
    constructor(point) {
      Object.assign(this, { point, sort: "label", down: false, data: null });
      this.worst = make("div", { class: "matrix-table", role: "region", tabindex: "0", "aria-label": "Largest errors" });
      this.classes = make("div", { class: "matrix-table", role: "region", tabindex: "0", "aria-label": "Classes" });
      this.element = make("div", { class: "matrix-tables" }, this.worst, this.classes);
      this.worst.addEventListener("pointerover", (event) => this.over(event.target.closest("tr[data-cell]")));
      this.worst.addEventListener("pointerleave", () => this.point(null));
      this.classes.addEventListener("click", (event) => this.order(event.target.closest("[data-sort]")?.dataset.sort));
    }

    over(row) {
      if (!row) return this.point(null);
      const [first, second] = row.dataset.cell.split(" ").map(Number);
      return this.point({ row: first, column: second });
    }

    order(name) {
      if (!name) return;
      this.down = this.sort === name ? !this.down : false;
      this.sort = name;
      this.showClasses();
      this.classes.querySelector(`[data-sort="${name}"]`).focus();
    }

    show(data) {
      if (this.data === data) return;
      this.data = data;
      this.showWorst();
      this.showClasses();
    }

    showWorst() {
      const { labels, worst, counts, size, classes } = this.data;
      const rows = worst.map(([row, column]) => {
        const count = counts[row * size + column];
        const names = make("td", { class: "name", title: `${labels[row]} taken for ${labels[column]}` }, labels[row], make("span", { class: "quiet", text: " → ", role: "img", "aria-label": " taken for " }), labels[column]);
        return make("tr", { "data-cell": `${row} ${column}` }, names, make("td", { text: amount(count) }), make("td", { class: "wide", text: percent(count, classes.support[row]) }));
      });
      const head = make("tr", {}, make("th", { text: "largest errors" }), make("th", { text: "count" }), make("th", { class: "wide", text: "of true", title: "Share of all that are of the true class" }));
      const none = rows.length ? [] : [make("tr", {}, make("td", { colspan: 3, class: "quiet", text: "none: every prediction was right" }))];
      this.worst.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows, ...none)));
    }

    showClasses() {
      const { labels, classes } = this.data;
      const order = labels.map((_, i) => i);
      const value = (i) => (known(classes[this.sort][i]) ? classes[this.sort][i] : -1);
      if (this.sort !== "label") order.sort((a, b) => value(a) - value(b));
      if (this.down) order.reverse();
      const cell = (name, i) => (name === "support" || name === "predicted" ? amount(classes[name][i]) : share(classes[name][i]));
      const rows = order.slice(0, MOST_CLASSES).map((i) => make("tr", {}, make("td", { class: "name", title: labels[i], text: labels[i] }), ...COLUMNS.slice(1).map(([name, , , room]) => make("td", { text: cell(name, i), class: room }))));
      const sorted = (name) => (this.sort !== name ? "none" : this.down ? "descending" : "ascending");
      const head = COLUMNS.map(([name, words, hint, room]) => make("th", { class: room, "aria-sort": sorted(name), title: hint }, make("button", { type: "button", "data-sort": name, text: words })));
      const more = order.length > MOST_CLASSES ? [make("caption", { text: `${MOST_CLASSES} of ${format.integer(order.length)} classes` })] : [];
      this.classes.replaceChildren(make("table", {}, ...more, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
    }
  }

  tb.MatrixTables = Tables;
})(window.tailboard);
