/* Histograms as the server sends them: chosen steps of one run and tag on one grid, and one step exactly when asked. */
(function (tb) {
  "use strict";
  const AT_ONCE = 3; // requests under way, so that the live loop never queues behind a wall of cards
  const AGAIN_AFTER_MS = 5000; // what could not be had
  const REST_MS = 1500; // between two questions about the same list while it grows
  const MOST_STEPS = 100;
  const MOST_EXACT = 400;
  const lists = new Map(); // run + tag -> list
  const exacts = new Map(); // run, tag, place and step -> one histogram, the newest last
  const waiting = [];
  const listeners = [];
  let underWay = 0;

  const tell = () => listeners.forEach((listener) => listener());
  const path = (run, tag, more) => "histograms?" + new URLSearchParams({ run, tag, ...more });

  /** `data` is the last answer about this run and tag, null before the first. */
  function listOf(run, tag) {
    const key = run + "\n" + tag;
    if (!lists.has(key)) lists.set(key, { run, tag, data: null, seen: null, asked: 0, busy: false, error: "" });
    return lists.get(key);
  }

  /** Ask for this list where the run has more items than when it was asked for last. */
  function want(run, tag) {
    const list = listOf(run, tag);
    const count = tb.live.runs.get(run)?.media;
    if (list.busy || (list.seen === count && (list.data || list.error))) return list;
    list.busy = true;
    const rest = list.asked + REST_MS - Date.now();
    if (list.data && rest > 0) setTimeout(() => queue(() => load(list)), rest);
    else queue(() => load(list));
    return list;
  }

  async function load(list) {
    list.seen = tb.live.runs.get(list.run)?.media;
    list.asked = Date.now();
    try {
      list.data = numbered(await tb.wire.get(path(list.run, list.tag, { steps: MOST_STEPS })));
      list.error = "";
    } catch (failure) {
      list.error = failure.message;
      setTimeout(() => again(list), AGAIN_AFTER_MS);
    }
    list.busy = false;
  }

  function again(list) {
    list.seen = null; // whoever still looks at it asks once more
    tell();
  }

  /* NaN and the infinities come as words. */
  function numbered(data) {
    return { ...data, quantiles: data.quantiles.map((row) => row.map(Number)), num: data.num.map(Number) };
  }

  /** The buckets of one item as they were counted: {data, error}, both empty until the server answered. Where they were
      not asked for yet and `ask` is false, null. */
  function exact(run, tag, at, step, ask = true) {
    const key = [run, tag, at, step].join("\n");
    if (!exacts.has(key) && !ask) return null;
    if (!exacts.has(key)) {
      const one = { data: null, error: "" };
      exacts.set(key, one);
      if (exacts.size > MOST_EXACT) exacts.delete(exacts.keys().next().value);
      queue(() => loadExact(one, key, path(run, tag, { at })));
    }
    return exacts.get(key);
  }

  async function loadExact(one, key, address) {
    try {
      one.data = await tb.wire.get(address);
    } catch (failure) {
      one.error = failure.message;
      setTimeout(() => {
        exacts.delete(key);
        tell();
      }, AGAIN_AFTER_MS);
    }
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

  tb.live.on("runs", () => {
    for (const [key, list] of lists) if (!tb.live.runs.has(list.run)) lists.delete(key);
  });
  tb.histograms = { list: listOf, want, exact, onNews: (listener) => listeners.push(listener) };
})(window.tailboard);
