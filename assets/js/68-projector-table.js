/* The selected points as a table below the clouds: sorted by any column, to be chosen from, to be saved. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const P = tb.projector;
  const MOST_ROWS = 500;
  const sorting = { column: -1, down: false };
  let shown = "";

  /** Show the selected points of a cloud; none hides the table. */
  P.showTable = function (page, cloud, places) {
    const place = document.getElementById("projector-table");
    const key = places.length ? JSON.stringify([cloud.run, cloud.step, cloud.question, sorting, cloud.look.chosen]) + places.length + places[0] + places.at(-1) : "";
    if (key === shown && place.placesOf === places && place.columnsOf === cloud?.columns) return;
    Object.assign(place, { placesOf: places, columnsOf: cloud?.columns });
    shown = key;
    place.replaceChildren(...(places.length ? [head(page, cloud, places), body(page, cloud, places)] : []));
  };

  const columnsOf = (cloud) => [
    { name: "row", is_number: true, value: (place) => cloud.rowOf(place) },
    ...cloud.points.columns.map((column) => ({ name: column.name, is_number: column.is_number, value: (place) => column.values[place] })),
    ...cloud.columns.map((column, axis) => ({ name: cloud.look.axes[axis], is_number: true, value: (place) => column[place] })),
  ];

  function head(page, cloud, places) {
    const words = `${format.integer(places.length)} points selected in ${tb.runs.title(cloud.run)}` + (places.length > MOST_ROWS ? `, ${MOST_ROWS} listed` : "");
    const save = make("button", { class: "button", type: "button", text: "CSV", title: "Save all selected points" });
    save.addEventListener("click", () => tb.saving.save(`${tb.saving.named(cloud.run, "selected")}.csv`, asCsv(cloud, places)));
    const clear = make("button", { class: "button", type: "button", text: "clear", title: "Select nothing (Esc)" });
    clear.addEventListener("click", () => page.select(cloud, [], false));
    return make("header", { class: "row" }, make("h2", { text: words }), save, clear);
  }

  function asCsv(cloud, places) {
    const columns = columnsOf(cloud);
    return tb.saving.csv([columns.map((column) => column.name), ...places.map((place) => columns.map((column) => column.value(place)))]);
  }

  const naturally = new Intl.Collator("en", { numeric: true }).compare;

  function sorted(columns, places) {
    const column = columns[sorting.column];
    if (!column) return places;
    const compare = column.is_number ? (a, b) => a - b : (a, b) => naturally(a, b);
    const order = places.slice().sort((a, b) => compare(column.value(a), column.value(b)));
    return sorting.down ? order.reverse() : order;
  }

  function body(page, cloud, places) {
    const columns = columnsOf(cloud);
    const heads = columns.map((column, at) => {
      const sort = at === sorting.column ? (sorting.down ? "descending" : "ascending") : "none";
      const button = make("button", { class: "table-sort", type: "button", text: column.name + (sort === "none" ? "" : sorting.down ? " ↓" : " ↑") });
      button.addEventListener("click", () => {
        Object.assign(sorting, { column: at, down: at === sorting.column && !sorting.down });
        page.redraw();
      });
      return make("th", { scope: "col", "aria-sort": sort }, button);
    });
    const rows = sorted(columns, places).slice(0, MOST_ROWS).map((place) => {
      const row = make("tr", { class: place === cloud.look.chosen ? "chosen" : "" }, make("td", {}, nameButton(page, cloud, place)), ...columns.map((column) => make("td", { class: column.is_number ? "figure-cell" : "", text: P.cell(column.value(place)) })));
      row.addEventListener("pointerenter", () => page.point(cloud, place));
      row.addEventListener("pointerleave", () => page.point(cloud, -1));
      return row;
    });
    const table = make("table", { class: "points-table" }, make("thead", {}, make("tr", {}, make("th", {}), ...heads)), make("tbody", {}, ...rows));
    return make("div", { class: "points-scroll" }, table);
  }

  function nameButton(page, cloud, place) {
    const button = make("button", { class: "point-button", type: "button", title: "Show what is near it" }, cloud.pictureOf(place, 22) || "", make("span", { class: "legend-name", text: cloud.labelOf(place) }));
    button.addEventListener("click", () => page.choose(cloud, place));
    return button;
  }
})(window.tailboard);
