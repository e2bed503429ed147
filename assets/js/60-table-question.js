/* What the table page asks the server: parameters from the view, and which columns are on show. */
(function (tb) {
  "use strict";
  const SHOWN_BY_ITSELF = {
    runs: new Set(["run", "status", "last_step"]),
    steps: new Set(["run", "step", "relative_time"]),
  };

  const rowsOf = (view) => (view.table_rows === "steps" ? "steps" : "runs");
  const sortField = (view) => `table_sort_${rowsOf(view)}`;

  /* The load of the machine and the layers of a model would bury what was trained; they are shown when asked for. */
  const isAside = (tag) => tb.tags.isOfMachine(tag) || tb.layers.watched(tag) !== null;
  const isAsked = (tag) => tb.view.get().tags.includes(tag.split("/")[0]);
  const isShownByItself = (tag) => !isAside(tag) || isAsked(tag);

  /** Scalar tags of the picked runs that the filter of tags lets pass; what stays out by itself is last. */
  function metrics() {
    const match = tb.matcher(tb.view.get().tags);
    const found = tb.live.tags().filter(({ tag, kind }) => kind === "scalar" && match(tag)).map(({ tag }) => tag);
    return [...found.filter((tag) => !isAside(tag)), ...found.filter(isAside)];
  }

  const MOST = 300; // metrics in one table: more are said to be left out
  const shownMetrics = () => tb.view.get().table_metrics ?? metrics().filter(isShownByItself);

  /** How many metrics stay out by themselves; 0 where a person chose. */
  const aside = () => (tb.view.get().table_metrics ? 0 : metrics().length - shownMetrics().length);
  const leftOut = () => Math.max(0, shownMetrics().length - MOST);

  /** Ask the server; a form holds what is too long for an address. Throws an Error whose message is fit to be read. */
  async function ask(path, query) {
    const answer = await fetch(tb.known.prefix + "api/v1/" + path, { method: "POST", body: query }).catch(() => {
      throw new Error("The server does not answer. Is it still running?");
    });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.error || `The server answered ${answer.status}.`);
    return told;
  }

  /** What the table on show depends on; equal texts mean the same table. */
  const signature = () => [parameters(), ...["table_columns", "table_metrics"].map((name) => JSON.stringify(tb.view.get()[name]))].join(" ");

  /** Parameters of the whole question but columns, order and page. */
  function parameters() {
    const view = tb.view.get();
    const rows = rowsOf(view);
    const query = new URLSearchParams({ rows });
    for (const id of tb.live.picked()) query.append("run", id);
    if (view.tags.trim()) query.set("tags", view.tags.trim());
    if (metrics().length > MOST) shownMetrics().slice(0, MOST).forEach((tag) => query.append("tag", tag));
    if (rows === "runs") query.set("stats", view.table_stats.join(",") || "last");
    view.table_better.forEach((one) => query.append("better", one));
    const optional = { from: view.table_from, to: view.table_to, where: view[`table_where_${rows}`], k: view.table_k };
    for (const [name, text] of Object.entries(optional)) if (text.trim()) query.set(name, text.trim());
    if (view.overlap) query.set("overlap", "all");
    return query;
  }

  /** Whether a column is on show, from what is shown by itself and what this browser changed. */
  function isShown(column) {
    const view = tb.view.get();
    if (column.metric) return !column.step_of && (view.table_metrics?.includes(column.metric) ?? isShownByItself(column.metric));
    if (view.table_columns.includes("+" + column.name)) return true;
    if (view.table_columns.includes("-" + column.name)) return false;
    if (column.config) return rowsOf(view) === "runs" && column.differs;
    return SHOWN_BY_ITSELF[rowsOf(view)].has(column.name);
  }

  /** Show or hide a column of the run or its config. */
  function showColumn(column, on) {
    const others = tb.view.get().table_columns.filter((entry) => entry.slice(1) !== column.name);
    tb.view.set({ table_columns: others });
    if (isShown(column) !== on) tb.view.set({ table_columns: [...others, (on ? "+" : "-") + column.name] });
  }

  /** The question with its columns: what is on show, each figure with its step behind it. */
  function withColumns(query, shown) {
    const whole = new URLSearchParams(query);
    const rows = query.get("rows");
    for (const { name, statistic } of shown) {
      whole.append("column", name);
      if (rows === "runs" && statistic) whole.append("column", name + "_step");
    }
    return whole;
  }

  tb.tableQuestion = { rowsOf, sortField, metrics, shownMetrics, aside, leftOut, ask, signature, parameters, isShown, showColumn, withColumns };
})(window.tailboard);
