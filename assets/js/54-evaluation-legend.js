/* The legend below a panel of curves: a row per line with its area and its rates at a threshold; a click hides the line. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const share = (value) => (tb.linePlot.known(value) ? value.toFixed(3) : "–");

  const WIDE = "wide"; // a column that only wide panels have room for
  const MID = "mid"; // that narrow ones have no room for

  /* Columns after the name: [words, hint, cell of a line, what it sorts by, class]. */
  function columnsOf({ way, over, threshold }) {
    const { short, long } = tb.curveLines.WAYS[way];
    if (over) {
      const best = (line) => line.y.reduce((place, value, i) => (tb.linePlot.known(value) && !(line.y[place] >= value) ? i : place), -1);
      return [
        [short, `${long}, at the latest step`, (line) => share(line.y.at(-1)), "area"],
        ["best", "the highest over all steps", (line) => share(line.y[best(line)])],
        ["at step", "where it is highest", (line) => (best(line) < 0 ? "–" : format.short(line.x[best(line)]))],
      ];
    }
    const at = (name) => (line) => share(line.data?.[name][placeOf(line, threshold)]);
    const where = threshold === null ? "where F1 is highest" : `at the threshold ${threshold}`;
    const rate = way === "pr" ? ["prec.", `precision ${where}`, at("precision"), "", WIDE] : ["FPR", `false positive rate ${where}`, at("false_positive_rate"), "", WIDE];
    return [
      [short, long, (line) => share(line.data?.[tb.curveLines.WAYS[way].area]), "area"],
      [threshold === null ? "best at" : "at", threshold === null ? "the threshold whose F1 is highest" : "the nearest logged threshold", at("threshold"), "", MID],
      rate,
      ["recall", `recall (true positive rate) ${where}`, at("recall"), "", WIDE],
      ["F1", `F1 ${where}`, at("f1")],
    ];
  }

  const placeOf = ({ data }, threshold) => (data ? tb.curveLines.placeOf(data, threshold ?? data.best_threshold ?? -1) : -1);

  function areaOf(line, over) {
    return over ? line.y.at(-1) : line.data?.[tb.curveLines.WAYS[line.way].area];
  }

  function sorted(lines, over) {
    if (tb.view.get().evaluation_sort !== "area") return lines;
    const area = (line) => areaOf(line, over) ?? -1;
    return [...lines].sort((a, b) => area(b) - area(a));
  }

  class Legend {
    /** `forward(id)`: a line is brought forward, or none for null. */
    constructor(forward) {
      this.table = make("table", { class: "curve-legend" });
      this.element = make("div", { class: "curve-legend-box" }, this.table);
      this.drawn = "";
      this.table.addEventListener("click", (event) => this.press(event.target.closest("button")));
      for (const name of ["pointerover", "focusin"]) this.table.addEventListener(name, (event) => forward(event.target.closest("tr[data-line]")?.dataset.line ?? null));
      for (const name of ["pointerleave", "focusout"]) this.table.addEventListener(name, () => forward(null));
    }

    press(button) {
      if (!button) return;
      if (button.dataset.sort) return void tb.view.set({ evaluation_sort: button.dataset.sort });
      const { line } = button.closest("tr").dataset;
      const { evaluation_off: off } = tb.view.get();
      tb.view.set({ evaluation_off: off.includes(line) ? off.filter((other) => other !== line) : [...off, line] });
    }

    show(lines, look) {
      const columns = columnsOf(look);
      const { evaluation_off: off, evaluation_sort: sort } = tb.view.get();
      const rows = sorted(lines, look.over).map((line) => ({ line, on: !off.includes(line.id), cells: line.words || line.loading ? null : columns.map(([, , cell]) => cell(line)) }));
      const key = JSON.stringify([columns, sort, rows.map(({ line, on, cells }) => [line.id, line.name, line.colour, line.dash, line.words, line.note, line.item?.at, on, cells])]);
      if (key === this.drawn) return;
      this.drawn = key;
      const focused = this.table.contains(document.activeElement) ? focusOf(document.activeElement) : null;
      this.table.replaceChildren(make("thead", {}, headOf(columns, sort)), make("tbody", {}, ...rows.map((row) => rowOf(row, columns))));
      if (focused) [...this.table.querySelectorAll("button, a")].find((one) => focusOf(one) === focused)?.focus();
    }
  }

  const focusOf = (element) => `${element.tagName}\n${element.dataset.sort ?? ""}\n${element.closest("tr").dataset.line ?? ""}`;

  function headOf(columns, sort) {
    const button = (name, words, hint) => make("button", { type: "button", "data-sort": name, "aria-pressed": String(sort === name), title: hint, text: words });
    const first = make("th", { scope: "col" }, button("name", "curve", "Sort as runs and tags are"));
    const others = columns.map(([words, hint, , name, room]) => make("th", { scope: "col", title: hint, class: room }, name ? button(name, words, `${hint}. Sort by it, the highest first`) : words));
    return make("tr", {}, first, ...others, make("th", {}, make("span", { class: "unseen", text: "download" })));
  }

  function rowOf({ line, on, cells }, columns) {
    const name = make("button", { type: "button", class: "curve-name", "aria-pressed": String(on), title: `${line.run}\n${line.tag}\n${on ? "Click to hide" : "Click to show"}` }, tb.curveClasses.swatch(line), make("span", { text: line.name }));
    const note = line.note ? make("span", { class: "quiet curve-note", text: line.note, title: `${line.note}: the step is the latest up to the chosen one; predictions outside 0 to 1 are left out of the counts` }) : null;
    const csv = make("a", { class: "icon small icon-save", href: tb.evaluation.csv(line.run, line.tag, line.item), download: `${tb.saving.named(line.run, line.tag)}.csv`, title: "These numbers as CSV", "aria-label": `Numbers of ${line.name} as CSV` });
    const rest = cells ? cells.map((text, i) => make("td", { text, class: columns[i][4] })) : [make("td", { colspan: columns.length, class: line.error ? "curve-words cell-error" : "curve-words quiet", text: line.loading ? "…" : line.words, title: line.words })];
    return make("tr", { "data-line": line.id, class: on ? "" : "off" }, make("td", {}, make("div", { class: "curve-name-box" }, name, note)), ...rest, make("td", {}, csv));
  }

  tb.CurveLegend = Legend;
})(window.tailboard);
