/* One number of every histogram of a run, as the server sends it: tags by steps. */
(function (tb) {
  "use strict";
  const AT_ONCE = 2; // requests under way, so that the live loop never queues behind them
  const AGAIN_AFTER_MS = 5000; // what could not be had
  const REST_MS = 1500; // between two questions about the same run while it grows, at least
  const PATIENCE = 8; // times as long as the last answer took: large models are asked about less often
  const MOST_STUCK = 3; // answers that bring no more of a run than the one before: the rest is left out
  const MOST_KEPT = 60; // answers: of a run that is looked at by many statistics, the newest
  const kept = new Map(); // run + statistic -> sheet, the newest last
  const waiting = [];
  const listeners = [];
  let underWay = 0;

  const tell = () => listeners.forEach((listener) => listener());

  /** `data` is the last answer about this run and statistic, null before the first. */
  function sheetOf(run, stat) {
    const key = run + "\n" + stat;
    const sheet = kept.get(key) || { run, stat, data: null, seen: null, asked: 0, took: 0, stuck: 0, busy: false, error: "" };
    kept.delete(key);
    kept.set(key, sheet);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
    return sheet;
  }

  const countOf = ({ run, stat }) => tb.live.runs.get(run)?.[tb.layers.scale.isWatched(stat) ? "points" : "media"];

  /** The {statistic, layer} that a scalar tag tells, null where it is no watched one. */
  function watched(tag) {
    const found = tb.tags.layerOf(tag);
    return found && tb.layers.scale.isWatched(found.stat) ? found : null;
  }

  /** Ask for this sheet where the run has more items than when it was asked for last, or was not read whole. */
  function want(run, stat) {
    const sheet = sheetOf(run, stat);
    const whole = sheet.data && (!sheet.data.unread || sheet.stuck >= MOST_STUCK);
    if (sheet.busy || (sheet.seen === countOf(sheet) && (whole || sheet.error))) return sheet;
    sheet.busy = true;
    const rest = whole ? sheet.asked + Math.max(REST_MS, PATIENCE * sheet.took) - Date.now() : 0;
    if (rest > 0) setTimeout(() => queue(sheet), rest);
    else queue(sheet);
    return sheet;
  }

  /* What was begun goes first: the server keeps what it read of one run rather than a little of each. */
  function queue(sheet) {
    if (sheet.data?.unread) waiting.unshift(sheet);
    else waiting.push(sheet);
    work();
  }

  function work() {
    while (underWay < AT_ONCE && waiting.length) {
      underWay += 1;
      load(waiting.shift()).finally(() => {
        underWay -= 1;
        tell();
        work();
      });
    }
  }

  async function load(sheet) {
    sheet.seen = countOf(sheet);
    sheet.asked = Date.now();
    const before = sheet.data?.unread || Infinity;
    try {
      sheet.data = indexed(await tb.wire.get("layers?" + new URLSearchParams({ run: sheet.run, stat: sheet.stat })));
      sheet.stuck = sheet.data.unread < before ? 0 : sheet.stuck + 1;
      sheet.error = "";
    } catch (failure) {
      sheet.error = failure.message;
      setTimeout(() => again(sheet), AGAIN_AFTER_MS);
    }
    sheet.took = Date.now() - sheet.asked;
    sheet.busy = false;
  }

  function again(sheet) {
    sheet.seen = null; // whoever still looks at it asks once more
    tell();
  }

  const nameOf = (row, column) => row * 1000 + column;

  /* What is said of some cells and rows, to be found by their place. */
  function indexed(data) {
    const cells = (list) => new Map(list.map(([row, column, ...rest]) => [nameOf(row, column), rest]));
    return {
      ...data,
      rows: new Map(data.tags.map((tag, row) => [tag, row])),
      nonfinite: cells(data.nonfinite),
      elsewhere: cells(data.elsewhere),
      estimated: new Set(data.estimated),
      unrecorded: new Set(data.unrecorded),
    };
  }

  /** What is known of a cell, null where nothing was logged: {value, at, step, nonfinite, estimated, unrecorded}. */
  function cell(data, tag, column) {
    const row = data?.rows.get(tag);
    const at = row === undefined ? undefined : data.at[row][column];
    if (at === undefined || at < 0) return null;
    const name = nameOf(row, column);
    return {
      value: data.values[row][column],
      at,
      step: data.elsewhere.get(name)?.[0] ?? data.step[column],
      nonfinite: data.nonfinite.get(name) || null,
      estimated: data.estimated.has(row),
      unrecorded: data.unrecorded.has(row),
    };
  }

  tb.live.on("runs", () => {
    for (const [key, sheet] of kept) if (!tb.live.runs.has(sheet.run)) kept.delete(key);
  });
  tb.layers = { sheet: sheetOf, want, cell, watched, onNews: (listener) => listeners.push(listener) };
})(window.tailboard);
