/* What the time of each run went into, as the server sends it: asked for again when the run has grown. */
(function (tb) {
  "use strict";
  const SHARES = { all: 1, half: 0.5, tenth: 0.1 };
  const REST_MS = 900; // between two questions about the same run, at least
  const AGAIN_AFTER_MS = 5000; // what could not be had
  const MEASURED = "time/steps"; // a run that has this tag measured its time
  const kept = new Map(); // run + span -> {run, span, data, error, seen, asked, busy}
  const listeners = [];
  const tell = () => listeners.forEach((listener) => listener());

  /** The picked runs: those that measured their time, and the others. */
  function runs() {
    const measured = new Set(tb.live.tags().find(({ tag }) => tag === MEASURED)?.runs || []);
    const picked = tb.live.picked().filter((id) => tb.live.runs.has(id));
    return { measured: picked.filter((id) => measured.has(id)), others: picked.filter((id) => !measured.has(id)) };
  }

  const stampOf = (id) => {
    const run = tb.live.runs.get(id);
    return run && `${run.points} ${run.state}`;
  };

  /** What is known of a run over a span of its steps; asks for what is newer. */
  function want(run, span) {
    const key = `${run}\n${span}`;
    if (!kept.has(key)) kept.set(key, { run, span, data: null, error: "", seen: null, asked: 0, busy: false });
    const one = kept.get(key);
    if (one.busy || one.seen === stampOf(run)) return one;
    one.busy = true;
    setTimeout(() => load(one), Math.max(0, one.asked + REST_MS - Date.now()));
    return one;
  }

  async function load(one) {
    one.seen = stampOf(one.run);
    one.asked = Date.now();
    try {
      one.data = await tb.wire.get("time?" + new URLSearchParams({ run: one.run, last: SHARES[one.span] }));
      one.error = "";
    } catch (failure) {
      one.error = failure.message;
      setTimeout(() => ((one.seen = null), tell()), AGAIN_AFTER_MS);
    }
    one.busy = false;
    tell();
  }

  const spanOf = ({ time_span: span }) => (Object.hasOwn(SHARES, span) ? span : "all");

  tb.live.on("tags", () => runs().measured.length && tb.navigation.offer("timing", true));
  tb.live.on("runs", () => {
    for (const [key, one] of kept) if (!tb.live.runs.has(one.run)) kept.delete(key);
  });
  tb.time = { runs, want, spanOf, onNews: (listener) => listeners.push(listener) };
})(window.tailboard);
