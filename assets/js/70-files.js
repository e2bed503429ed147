/* The files page: what was recognised as what, and what was skipped and why. Asks for what changed, filters and sorts
   here; 71-files-rows.js draws. */
(function (tb) {
  "use strict";
  const { format } = tb;
  const runs = new Map(); // run id -> row
  const told = { since: "", skipped: [], more: 0, error: "", loaded: false };
  let busy = false;
  let ranks = 0; // rows that have their place in the order of paths; 0: to be found anew
  const collator = new Intl.Collator("en", { numeric: true });

  const onPage = () => tb.view.get().page === "files";

  /** First problem in words, with its place; all of them are in the row's details. */
  function problemWords({ problems, problem_count: count }) {
    if (!count) return "";
    const [{ path, where, what }] = problems;
    return `${count > 1 ? `${format.integer(count)} problems, first: ` : ""}${path}, ${where}: ${what}`;
  }

  function rowOf(run) {
    return { key: "run " + run.id, ...run, place: run.path, path: run.title, what: problemWords(run) };
  }

  function skippedRow({ title, path, reason }) {
    return { key: "skipped " + path, id: null, place: path, path: title, format: "", files: null, tags: null, points: null, problem_count: 0, what: reason };
  }

  async function refresh() {
    if (busy || !onPage() || (told.loaded && told.since === tb.live.revision())) return;
    busy = true;
    try {
      take(await tb.wire.get("files?since=" + told.since));
      told.error = "";
    } catch (failure) {
      told.error = failure.message;
    }
    busy = false;
    tb.files.changed();
  }

  function take(answer) {
    if (answer.all) runs.clear();
    const before = runs.size;
    for (const run of answer.runs) {
      const old = runs.get(run.id);
      const row = rowOf(run);
      if (old && old.path === row.path) row.rank = old.rank;
      else ranks = 0;
      runs.set(run.id, row);
    }
    for (const id of answer.gone) runs.delete(id);
    if (runs.size !== before) ranks = 0;
    if (answer.skipped) {
      told.skipped = answer.skipped.map(skippedRow);
      told.more = answer.skipped_total - answer.skipped.length;
      ranks = 0;
    }
    told.since = answer.revision;
    told.loaded = true;
    if (!ranks) rank();
  }

  /* Comparing as people count is slow: done once for all paths, not at every tick. */
  function rank() {
    const all = [...runs.values(), ...told.skipped].sort((a, b) => collator.compare(a.path, b.path));
    all.forEach((row, place) => (row.rank = place));
    ranks = all.length;
  }

  /** Rows that the filters let pass, in the order that was asked for. */
  function rows() {
    const view = tb.view.get();
    const match = tb.matcher(view.files_filter);
    const passes = {
      all: () => true,
      runs: (row) => row.id !== null,
      problems: (row) => row.problem_count > 0,
      skipped: (row) => row.id === null,
    };
    const shown = passes[view.files_show] || passes.all;
    const ofFormat = (row) => view.files_format === "all" || row.format === view.files_format;
    const found = [...runs.values(), ...told.skipped].filter(
      (row) => shown(row) && ofFormat(row) && [row.path, row.id ?? "", row.format, row.what].some(match),
    );
    const down = view.files_sort.startsWith("-") ? -1 : 1;
    const by = view.files_sort.replace("-", "");
    return found.sort((a, b) => down * compare(a, b, by) || a.rank - b.rank);
  }

  function compare(a, b, by) {
    if (by === "path") return a.rank - b.rank;
    if (by === "what" && a.problem_count !== b.problem_count) return b.problem_count - a.problem_count;
    const [x, y] = [a[by] ?? -1, b[by] ?? -1];
    return x < y ? -1 : x > y ? 1 : 0;
  }

  /** How many runs there are of each format. */
  function formats() {
    const counts = new Map();
    for (const row of runs.values()) counts.set(row.format, (counts.get(row.format) || 0) + 1);
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  const some = (count, one, more) => `${format.integer(count)} ${count === 1 ? one : more}`;

  /** One line on all of it. */
  function about(shown) {
    const kinds = formats();
    const broken = [...runs.values()].filter((row) => row.problem_count).length;
    const parts = [`${some(runs.size, "run", "runs")} in ${some(kinds.length, "format", "formats")}`];
    parts.push(`${format.integer(told.skipped.length + told.more)} skipped`);
    if (broken) parts.push(`problems in ${some(broken, "run", "runs")}`);
    if (told.more) parts.push(`the first ${format.integer(told.skipped.length)} skipped are listed`);
    const all = runs.size + told.skipped.length;
    if (shown < all) parts.push(`${format.integer(shown)} of ${format.integer(all)} shown`);
    return parts.join(" · ");
  }

  tb.live.on("state", refresh);
  tb.view.onChange((view, changed) => changed.includes("page") && refresh());
  tb.files = { told, rows, formats, about, onPage, size: () => runs.size + told.skipped.length, changed() {} };
})(window.tailboard);
