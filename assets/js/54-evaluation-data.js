/* Curves, confusion matrices and scores over steps as the server sends them: asked for once, many curves in one question. */
(function (tb) {
  "use strict";
  const AT_ONCE = 3; // requests under way, so that the live loop never queues behind a wall of panels
  const AGAIN_AFTER_MS = 5000; // what could not be had
  const REST_MS = 1500; // between two questions about the same scores while they grow
  const IN_ONE = 50; // curves in one question
  const MOST_CURVES = 3000;
  const MOST_CELLS = 4e6; // of all matrices that are kept
  const curves = new Map(); // run, tag, place and time -> {data, error}, the newest last
  const matrices = new Map(); // likewise
  const scores = new Map(); // run + tag -> list
  const wanted = new Map(); // run -> curves to ask for with the next question
  const waiting = [];
  const listeners = [];
  let underWay = 0;
  let cells = 0;

  const tell = () => listeners.forEach((listener) => listener());
  const keyOf = (run, tag, item) => [run, tag, item.at, item.step, item.wall_time].join("\n");

  /** The curve of one item of a list: {data, error}, both empty until the server answered. */
  function curve(run, tag, item) {
    const key = keyOf(run, tag, item);
    if (!curves.has(key)) {
      const one = { key, tag, at: item.at, data: null, error: "" };
      curves.set(key, one);
      if (curves.size > MOST_CURVES) curves.delete(curves.keys().next().value);
      if (!wanted.size) setTimeout(askForCurves);
      if (!wanted.has(run)) wanted.set(run, []);
      wanted.get(run).push(one);
    }
    return curves.get(key);
  }

  function askForCurves() {
    for (const [run, all] of wanted) {
      for (let from = 0; from < all.length; from += IN_ONE) {
        const some = all.slice(from, from + IN_ONE);
        queue(() => loadCurves(run, some));
      }
    }
    wanted.clear();
  }

  async function loadCurves(run, some) {
    const query = new URLSearchParams({ run });
    for (const { tag, at } of some) {
      query.append("tag", tag);
      query.append("at", at);
    }
    try {
      const answer = await tb.wire.get("evaluation/curves?" + query);
      some.forEach((one, i) => (one.data = answer.curves[i]));
    } catch (failure) {
      for (const one of some) fail(curves, one, failure);
    }
  }

  /** The matrix of one item of a list: {data, error}; `counts` row after row, `size` classes. */
  function matrix(run, tag, item) {
    const key = keyOf(run, tag, item);
    if (!matrices.has(key)) {
      const one = { key, data: null, error: "" };
      matrices.set(key, one);
      queue(() => loadMatrix(one, "evaluation/matrix?" + new URLSearchParams({ run, tag, at: item.at })));
    }
    return matrices.get(key);
  }

  async function loadMatrix(one, path) {
    try {
      const data = await tb.wire.get(path);
      one.data = { ...data, size: data.labels.length, counts: Float64Array.from(data.counts.flat()) };
      cells += one.data.counts.length;
      for (const [key, old] of matrices) {
        if (cells <= MOST_CELLS || old === one) break;
        cells -= old.data?.counts.length || 0;
        matrices.delete(key);
      }
    } catch (failure) {
      fail(matrices, one, failure);
    }
  }

  function fail(known, one, failure) {
    one.error = failure.message;
    setTimeout(() => {
      known.delete(one.key); // whoever still looks at it asks once more
      tell();
    }, AGAIN_AFTER_MS);
  }

  /** How good all steps of a tag are, `data` null before the first answer; asked for anew when the run has more items. */
  function scoresOf(run, tag) {
    const key = run + "\n" + tag;
    if (!scores.has(key)) scores.set(key, { run, tag, data: null, seen: null, asked: 0, busy: false, error: "" });
    const list = scores.get(key);
    const count = tb.live.runs.get(run)?.media;
    if (list.busy || (list.seen === count && (list.data || list.error))) return list;
    list.busy = true;
    const rest = list.asked + REST_MS - Date.now();
    if (list.data && rest > 0) setTimeout(() => queue(() => loadScores(list)), rest);
    else queue(() => loadScores(list));
    return list;
  }

  async function loadScores(list) {
    list.seen = tb.live.runs.get(list.run)?.media;
    list.asked = Date.now();
    try {
      list.data = await tb.wire.get("evaluation/scores?" + new URLSearchParams({ run: list.run, tag: list.tag }));
      list.error = "";
    } catch (failure) {
      list.error = failure.message;
      setTimeout(() => {
        list.seen = null;
        tell();
      }, AGAIN_AFTER_MS);
    }
    list.busy = false;
  }

  function queue(job) {
    waiting.push(job);
    work();
  }

  function work() {
    while (underWay < AT_ONCE && waiting.length) {
      underWay += 1;
      waiting.shift()().finally(() => {
        underWay -= 1;
        tell();
        work();
      });
    }
  }

  /** The item that a run shows of a tag at `step` (null: the latest): of several of one step, the one logged last. */
  function itemAt(run, tag, step) {
    const list = tb.media.list(run, tag);
    const found = tb.media.at(list, step);
    return { list, step: found.step, item: found.items.at(-1) || null };
  }

  /** Address of what is drawn as CSV; without an item, of the scores of all steps. */
  function csv(run, tag, item) {
    return `${tb.known.prefix}api/v1/evaluation/csv?${new URLSearchParams({ run, tag, ...(item ? { at: item.at } : {}) })}`;
  }

  tb.live.on("runs", () => {
    for (const [key, list] of scores) if (!tb.live.runs.has(list.run)) scores.delete(key);
  });
  tb.evaluation = { curve, matrix, scores: scoresOf, itemAt, csv, onNews: (listener) => listeners.push(listener) };
})(window.tailboard);
