/* The table page: fetches the grid's code when first looked at, asks for columns and rows, and follows the runs. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const question = tb.tableQuestion;
  const QUIET_S = 2; // rows on show are asked for again so often at most, and after a slow answer less often
  let grid = null;
  let opening = false;
  let asked = ""; // the question whose columns are on show or under way
  let known = []; // every column of it
  let shown = [];
  let ranked = new Set(); // metrics of which one end is better
  let round = 0; // goes up with every question: late answers to earlier ones are dropped
  let fitted = 0; // the round whose columns got their widths
  let ordered = ""; // the order on show, as JSON
  let stale = false; // runs grew since the rows on show were asked for
  let next = 0; // not before this time, in ms
  let underWay = 0;

  const onPage = () => tb.view.get().page === "table";
  const place = (id) => document.getElementById(id);

  /* --- words instead of a table, and the line above it --- */
  function sayAbout(text, isError) {
    const line = place("table-about");
    line.className = isError ? "table-error" : "quiet";
    line.setAttribute("role", isError ? "alert" : "note"); // numbers that change by themselves are not read out
    if (line.textContent !== text) line.textContent = text;
  }

  function sayInstead(...content) {
    place("table-words").replaceChildren(...content);
    place("table-words").hidden = !content.length;
    place("table-body").hidden = Boolean(content.length);
    if (content.length) sayAbout("");
  }

  /** Why there is nothing to show, or nothing. */
  function emptiness() {
    const view = tb.view.get();
    const none = tb.nothing.runs();
    if (none) return none;
    const filtered = view.tags.trim() ? ` that match “${view.tags.trim()}”` : "";
    if (!question.metrics().length && (filtered || question.rowsOf(view) === "steps"))
      return make("p", { text: `The picked runs have no metrics${filtered}.` });
    return null;
  }

  /* --- the question --- */
  async function ask() {
    if (!grid || !onPage()) return;
    const nothing = emptiness();
    if (nothing) {
      asked = nothing.textContent;
      ordered = JSON.stringify(tb.view.get()[question.sortField(tb.view.get())]);
      return sayInstead(nothing);
    }
    const query = question.parameters();
    const mine = ++round;
    asked = question.signature();
    try {
      const answer = await question.ask("table/columns", query);
      if (mine !== round) return;
      known = answer.columns;
      showColumns(query);
      tb.tablePicker.update();
    } catch (failure) {
      if (mine === round) sayAbout(failure.message, true);
    }
  }

  /* At first glance: which run, how it is, its metrics, those first that can be better or worse; then its config. */
  const rank = ({ metric, config }) => (config ? 3 : metric ? (ranked.has(metric) ? 1 : 2) : 0);

  function showColumns(query) {
    ranked = new Set(known.filter(({ better }) => better).map(({ metric }) => metric));
    const view = tb.view.get();
    const steps = new Map(known.map((column) => [column.name, column]));
    shown = known.filter(question.isShown).sort((a, b) => rank(a) - rank(b));
    const names = shown.flatMap(({ name }) => (query.get("rows") === "runs" && steps.has(name + "_step") ? [name, name + "_step"] : [name]));
    const places = new Map(names.map((name, i) => [name, i]));
    const order = view[question.sortField(view)];
    ordered = JSON.stringify(order);
    sayInstead();
    grid.setGridOption("columnDefs", tb.tableColumns.definitions(shown, places, order));
    grid.setGridOption("datasource", source(question.withColumns(query, shown), places, round));
  }

  /** Where the grid gets its rows from, for one question. */
  function source(query, places, mine) {
    async function getRows({ startRow, endRow, sortModel, successCallback, failCallback }) {
      const whole = new URLSearchParams(query);
      sortModel.forEach(({ colId, sort }) => whole.append("sort", `${colId}:${sort}`));
      whole.set("offset", startRow);
      whole.set("limit", endRow - startRow);
      const began = Date.now();
      underWay += 1;
      try {
        const answer = await question.ask("table", whole);
        if (mine !== round) return failCallback();
        successCallback(tb.tableColumns.rowsOf(answer), answer.total);
        sayAbout(aboutOf(answer));
        if (mine !== fitted) grid.setColumnWidths(tb.tableColumns.widths(shown, places, answer.rows));
        fitted = mine;
      } catch (failure) {
        failCallback();
        stale = true; // so that it is tried again
        if (mine === round) sayAbout(failure.message, true);
      } finally {
        underWay -= 1;
        next = Date.now() + Math.max(QUIET_S * 1000, 5 * (Date.now() - began));
      }
      return undefined;
    }
    return { getRows };
  }

  function aboutOf(answer) {
    const aside = question.aside() ? ` ${question.aside().toLocaleString("en")} more of layers and of the machine are under Columns.` : "";
    const left = question.leftOut() ? ` ${question.leftOut().toLocaleString("en")} more metrics are left out: filter tags to see them.` : "";
    if (!answer.total) return `No row passes the filter. ${answer.about}.${left}${aside}`;
    const best = Object.keys(answer.best).length ? " ★ is the best of its column." : "";
    return `${answer.about}.${left}${aside}${best} Hover for every digit.`;
  }

  /** Ask again for the rows on show, in place, when runs grew and the last answer is a while ago. */
  function follow() {
    if (!grid || !onPage() || tb.live.state.paused || !stale || underWay || Date.now() < next) return;
    stale = false;
    grid.refreshInfiniteCache();
  }

  /* --- opening --- */
  function fetchCode() {
    if (window.dash_ag_grid) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${tb.known.prefix}_dash-component-suites/dash_ag_grid/dash_ag_grid.min.js`;
      script.onload = resolve;
      script.onerror = () => reject(new Error("The grid's code could not be loaded from the server."));
      document.head.append(script);
    });
  }

  async function open() {
    opening = true;
    showBar(tb.view.get());
    sayAbout("Loading the table …");
    try {
      await fetchCode();
      dash_clientside.set_props("table-opened", { data: true });
      grid = await window.dash_ag_grid.getApiAsync("table-grid");
      // Dash gives it a source of rows of its own when it is ready, perhaps only now: ours has to come after that.
      while (!grid.getGridOption("datasource")) await new Promise((resolve) => setTimeout(resolve, 10));
      grid.addEventListener("sortChanged", keepOrder);
      grid.addEventListener("cellKeyDown", openRun);
      await ask();
    } catch (failure) {
      opening = false;
      sayAbout(failure.message, true);
    }
  }

  function keepOrder() {
    const sorted = grid.getColumnState().filter(({ sort }) => sort);
    sorted.sort((a, b) => (a.sortIndex ?? 0) - (b.sortIndex ?? 0));
    const keys = sorted.map(({ colId, sort }) => `${colId}:${sort}`);
    ordered = JSON.stringify(keys);
    tb.view.set({ [question.sortField(tb.view.get())]: keys });
  }

  function openRun({ event, colDef, value }) {
    if (event.key === "Enter" && colDef.colId === "run" && value) tb.view.set({ run: value, page: "run" });
  }

  /* --- following the view and the runs --- */
  function showBar(view) {
    const rows = question.rowsOf(view);
    document.querySelectorAll(".table-where").forEach((element) => (element.hidden = element.dataset.rows !== rows));
    place("table-k").hidden = rows !== "runs" || !view.table_stats.includes("mean");
    dash_clientside.set_props("table-tags", { value: view.tags });
  }

  let timer = 0;
  tb.view.onChange((view) => {
    showBar(view);
    if (!onPage()) return;
    if (!grid) return opening || (tb.live.state.asked && open());
    clearTimeout(timer);
    timer = setTimeout(look, 60);
    return undefined;
  });

  /** Ask where another table is wanted than the one on show. */
  function look() {
    if (!onPage() || !grid) return;
    const view = tb.view.get();
    const inOrder = ordered === JSON.stringify(view[question.sortField(view)]);
    if (!inOrder || asked !== (emptiness()?.textContent ?? question.signature())) ask();
  }
  tb.live.on("runs", () => {
    stale = true;
    look();
  });
  tb.live.on("tags", look);
  tb.live.on("state", () => {
    if (onPage() && !grid && !opening && tb.live.state.asked) open();
    follow();
  });

  let typing = 0;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "table-tags") return;
    clearTimeout(typing);
    typing = setTimeout(() => tb.view.set({ tags: event.target.value }), 150);
  });

  tb.table = { known: () => known, shown: () => shown };
})(window.tailboard);
