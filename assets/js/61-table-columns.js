/* Columns of the grid: headers, how cells are written, and the mark of the best one. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const ARROWS = { min: " ↓", max: " ↑" };
  const NONFINITE = { NaN: NaN, Infinity, "-Infinity": -Infinity };

  const cellOf = (place) => (params) => params.data?.cells[place];
  const isNumber = (kind) => kind !== "text";

  /** What a cell says at four digits. */
  function words(value, column) {
    if (value === null || value === undefined) return "";
    if (column.kind === "time") return format.date(value);
    if (column.kind === "int") return format.integer(value);
    if (column.name === "relative_time") return format.clock(value);
    if (column.kind === "float") return format.number(value in NONFINITE ? NONFINITE[value] : value);
    return value;
  }

  /** The same with every digit, for the tooltip. */
  function exact(value, column, step) {
    if (column.kind === "time" && (value === null || value === undefined)) return "not known";
    if (value === null || value === undefined) return step === undefined ? "not logged" : "no such value";
    const at = step === null || step === undefined ? "" : ` at step ${format.integer(step)}`;
    return column.kind === "time" ? `${new Date(value * 1000).toISOString()} (${value})` : `${value}${at}`;
  }

  /* The grid takes a class with these methods for a plain one, a function for a component of React. */
  class RunCell {
    init(params) {
      this.element = make("span", { class: "table-run" });
      this.refresh(params);
    }
    getGui() {
      return this.element;
    }
    refresh({ value }) {
      const run = value && tb.live.runs.get(value);
      const link = value && make("a", { href: "#", "data-act": "run-open", "data-run": value, text: tb.runs.title(value), tabindex: "-1" });
      this.element.replaceChildren(...[run && tb.runs.swatch(run), link].filter(Boolean));
      return true;
    }
  }

  class FigureCell {
    init(params) {
      this.element = make("span", {});
      this.refresh(params);
    }
    getGui() {
      return this.element;
    }
    refresh({ valueFormatted, data, stepPlace }) {
      const step = data?.cells[stepPlace];
      const at = step === null || step === undefined ? null : make("span", { class: "table-at", text: `@ ${format.integer(step)}` });
      this.element.replaceChildren(...[valueFormatted, at].filter(Boolean));
      return true;
    }
  }

  const title = (column) => (column.config ?? column.statistic ?? column.name) + (column.better ? ARROWS[column.better] : "");
  const saysStep = ({ statistic }) => statistic === "min" || statistic === "max"; // of the others the tooltip tells it

  const groupOf = (column) => (column.statistic ? column.metric : column.config ? "config" : "");

  /** What the grid is told of one column; `place` is where its cell is in a row, `stepPlace` that of its step. */
  function definition(column, place, stepPlace, sort) {
    const order = sort.findIndex((key) => key.replace(/:(asc|desc)$/, "") === column.name);
    return {
      colId: column.name,
      headerName: title(column),
      headerTooltip: column.means + (column.better ? `; ${column.better === "min" ? "lower" : "higher"} is better, ★ is the best` : ""),
      valueGetter: cellOf(place),
      valueFormatter: ({ value }) => words(value, column),
      tooltipValueGetter: ({ value, data }) => data && exact(value, column, stepPlace && data.cells[stepPlace]),
      cellClass: ({ value }) => (isNumber(column.kind) ? "table-number" : column.name === "status" && value ? `state state-${value}` : ""),
      headerClass: isNumber(column.kind) ? "ag-right-aligned-header" : "",
      cellClassRules: { "table-best": ({ data }) => Boolean(data?.best.has(place)) },
      cellRenderer: column.name === "run" ? RunCell : saysStep(column) ? FigureCell : undefined,
      cellRendererParams: { stepPlace },
      sort: order < 0 ? null : sort[order].endsWith(":desc") ? "desc" : "asc",
      sortIndex: order < 0 ? null : order,
      pinned: column.name === "run" ? "left" : null,
      minWidth: 64,
      maxWidth: 420,
    };
  }

  /** Definitions of all columns on show, figures and config in groups under their name. */
  function definitions(shown, places, sort) {
    const groups = [];
    for (const column of shown) {
      const place = places.get(column.name);
      const one = definition(column, place, places.get(column.name + "_step"), sort);
      const group = groupOf(column);
      const last = groups[groups.length - 1];
      if (group && last?.headerName === group) last.children.push(one);
      else groups.push(group ? { headerName: group, headerTooltip: group, children: [one], marryChildren: true } : one);
    }
    return groups;
  }

  const wordsOf = (cell, column) => String(column.name === "run" ? tb.runs.title(cell) : words(cell, column));

  /** Widths in pixels that show the first rows whole; the grid itself measures only columns that are in view. */
  function widths(shown, places, rows) {
    const needed = shown.map((column) => {
      const [place, stepPlace] = [places.get(column.name), places.get(column.name + "_step")];
      const step = (cells) => (saysStep(column) && stepPlace ? ` @ ${format.integer(cells[stepPlace])}`.length : 0);
      const longest = Math.max(0, ...rows.map((cells) => wordsOf(cells[place], column).length + step(cells)));
      const marks = (column.better ? 20 : 0) + (column.name === "run" ? 30 : 0);
      return { key: column.name, newWidth: Math.min(360, Math.max(64, 40 + 7 * title(column).length, 26 + marks + 7.3 * longest)) };
    });
    const widthOfGroup = new Map();
    shown.forEach((column, i) => widthOfGroup.set(groupOf(column), (widthOfGroup.get(groupOf(column)) ?? 0) + needed[i].newWidth));
    shown.forEach((column, i) => {
      const last = groupOf(column) && groupOf(column) !== (shown[i + 1] && groupOf(shown[i + 1]));
      if (last) needed[i].newWidth += Math.max(0, 30 + 7 * groupOf(column).length - widthOfGroup.get(groupOf(column)));
    });
    return needed;
  }

  /** Rows of an answer as the grid keeps them: the cells in order, and which of them are the best of their column. */
  function rowsOf(answer) {
    const best = answer.columns.map(({ name }) => answer.best[name]);
    return answer.rows.map((cells) => ({ cells, best: new Set(best.flatMap((value, i) => (value !== undefined && cells[i] === value ? [i] : []))) }));
  }

  tb.tableColumns = { definitions, widths, rowsOf };
})(window.tailboard);
