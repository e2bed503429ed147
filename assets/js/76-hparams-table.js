/* The runs that pass the brushes as a table: metric, its step, and every parameter shown. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const hp = tb.hparams;
  const AT_ONCE = 100;
  let limit = AT_ONCE;

  const columnsOf = (axes) => [...axes.filter((axis) => axis.metric), ...axes.filter((axis) => !axis.metric)];

  /** Places of the runs that pass, in the order that was chosen; else the best first. */
  function sorted(columns, passed) {
    const order = hp.ranked().filter((i) => passed[i]);
    const key = tb.view.get().hparam_sort;
    const column = columns.find((axis) => axis.name === key.replace(/^-/, ""));
    if (!column) return order;
    const sign = key.startsWith("-") ? -1 : 1;
    const missing = (value) => value === null || value === undefined;
    return order.sort((i, j) => {
      const [a, b] = [column.values[i], column.values[j]];
      if (missing(a) || missing(b)) return missing(a) - missing(b); // at the end, whichever way
      return sign * (typeof a === "number" && typeof b === "number" ? a - b : hp.byCount(String(a), String(b)));
    });
  }

  function head(columns) {
    const key = tb.view.get().hparam_sort;
    const cells = columns.map((axis) => {
      const way = key === axis.name ? "ascending" : key === `-${axis.name}` ? "descending" : "none";
      const sign = { ascending: " ↑", descending: " ↓", none: "" }[way];
      const button = make("button", { type: "button", "data-act": "hparam-sort", "data-axis": axis.name, title: `Sort by ${axis.name}`, text: axis.name + sign });
      return make("th", { scope: "col", "aria-sort": way, class: axis.number ? "number" : "" }, button);
    });
    cells.splice(columns[0]?.metric ? 1 : 0, 0, ...(columns[0]?.metric ? [make("th", { scope: "col", class: "number", text: "at step" })] : []));
    return make("thead", {}, make("tr", {}, make("th", { scope: "col", text: "run" }), ...cells));
  }

  function row(i, columns, colour) {
    const id = hp.answer().runs[i];
    const run = tb.live.runs.get(id);
    const spot = make("span", { class: "hparam-spot" });
    spot.style.background = colour(i);
    const name = make("a", { href: "#", "data-act": "run-open", "data-run": id, title: id, text: tb.runs.title(id) });
    const cells = columns.map((axis) => make("td", { class: axis.number ? "number" : "", title: String(axis.values[i] ?? "not set"), text: axis.text(axis.values[i]) }));
    if (columns[0]?.metric) cells.splice(1, 0, make("td", { class: "number quiet", text: format.integer(hp.answer().steps[i]) }));
    return make("tr", { "data-run": id }, make("th", { scope: "row" }, spot, run ? tb.runs.swatch(run) : "", name), ...cells);
  }

  /** What stands now where the focus was. */
  function again(place, { act, axis, run }) {
    return [...place.querySelectorAll("[data-act]")].find(({ dataset }) => dataset.act === act && dataset.axis === axis && dataset.run === run);
  }

  /** Show the table in `place`. */
  function show(place, axes, passed, colour) {
    const columns = columnsOf(axes);
    const order = sorted(columns, passed);
    const total = passed.length;
    const { MOST_PICKED } = hp;
    const brushed = hp.brushes().size > 0;
    const capped = order.length > MOST_PICKED ? ` The best ${MOST_PICKED} of them are picked.` : "";
    const words = brushed ? `${format.integer(order.length)} of ${format.integer(total)} runs pass, and are picked on every page.${capped}` : `${format.integer(total)} runs. Drag along an axis to pick those within a range, on every page.`;
    const clear = brushed ? make("button", { class: "button", type: "button", "data-act": "hparam-clear", text: "clear the brushes" }) : "";
    const save = make("button", { class: "button", type: "button", "data-act": "hparam-csv", text: "CSV", title: "Download these runs with all parameters shown" });
    const bar = make("div", { class: "hparam-about" }, make("p", { role: "status", text: words }), clear, make("span", { class: "spring" }), save);
    const rows = order.slice(0, limit).map((i) => row(i, columns, colour));
    const table = make("table", { class: "hparam-table", "aria-label": "Runs" }, head(columns), make("tbody", {}, ...rows));
    const more = order.length > limit ? make("button", { class: "button more", type: "button", "data-act": "hparam-more", text: `Show ${format.integer(Math.min(order.length - limit, 10 * AT_ONCE))} of ${format.integer(order.length - limit)} more runs` }) : "";
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset : null;
    place.replaceChildren(bar, make("div", { class: "hparam-scroll" }, table), more);
    if (focused) again(place, focused)?.focus({ preventScroll: true });
  }

  function csv() {
    const axes = hp.axes();
    const columns = columnsOf(axes);
    const { runs, steps, values } = hp.answer();
    const extra = columns[0]?.metric;
    const names = ["run", ...columns.map((axis) => axis.name)];
    if (extra) names.splice(2, 0, "step");
    const rows = sorted(columns, hp.passing(axes)).map((i) => {
      const cells = [runs[i], ...columns.map((axis) => axis.values[i])];
      if (extra) cells.splice(1, 1, values[i], steps[i]);
      return cells;
    });
    tb.saving.save("tailboard-hyper-parameters.csv", tb.saving.csv([names, ...rows]));
  }

  function sort(button) {
    const { axis } = button.dataset;
    const key = tb.view.get().hparam_sort;
    tb.view.set({ hparam_sort: key === axis ? `-${axis}` : key === `-${axis}` ? "" : axis });
  }

  Object.assign(tb.actions, {
    "hparam-csv": csv,
    "hparam-sort": sort,
    "hparam-clear": () => hp.brush([...hp.brushes().keys()].map((name) => [name, null])),
    "hparam-more": () => {
      limit += 10 * AT_ONCE;
      hp.render();
    },
  });
  hp.table = { show };
  hp.limit = () => limit;
})(window.tailboard);
