/* The one loop that asks the server for news: at most one request under way, the next one only after the last
   answer is drawn, slower while nothing grows or nobody looks. */
(function (tb) {
  "use strict";
  const known = { runs: new Map(), order: [], tags: [], since: "", etag: "" };
  const drawers = []; // each: {questions() -> panels, apply(panel answers), settled() -> Promise}
  const listeners = { runs: [], tags: [], state: [] };
  const state = { ready: false, paused: false, error: "", asked: 0, clockOffset: 0, newest: 0 };
  let idleTicks = 0;
  let tickCount = 0;

  const now = () => Date.now() / 1000 + state.clockOffset;
  const tell = (what, detail) => listeners[what].forEach((listener) => listener(detail));

  function picked() {
    const chosen = tb.view.get().runs;
    return chosen === null ? known.order.slice(0, 10) : chosen.filter((id) => known.runs.has(id));
  }

  function question(panels) {
    const view = tb.view.get();
    return {
      since: known.since,
      picked: picked(),
      tags_etag: known.etag,
      x: view.x,
      smoothing: tb.smoothing(view),
      log_x: view.log_x,
      overlap: view.overlap ? "all" : "latest",
      ignore_outliers: view.outliers,
      columns: 200,
      panels,
    };
  }

  function takeRuns(answer) {
    const lost = answer.all && known.runs.size > 0; // another server answers: forget what it does not name
    if (lost) known.runs.clear();
    if (!answer.runs.length && !answer.gone.length && !lost) return false;
    for (const run of answer.runs) known.runs.set(run.id, run);
    for (const id of answer.gone) known.runs.delete(id);
    const order = [...known.runs.values()].sort((a, b) => (b.created || 0) - (a.created || 0) || (a.id < b.id ? -1 : 1));
    known.order = order.map((run) => run.id);
    return true;
  }

  const { next: ask } = tb.wire.oneAtATime(round, () => !state.error);

  async function round() {
    const before = picked().join("\n");
    const asked = drawers.map((drawer) => drawer.questions());
    try {
      const answer = await tb.wire.ask(question(asked.flat()));
      state.error = "";
      state.clockOffset = answer.now - Date.now() / 1000;
      known.since = answer.revision;
      const becameReady = answer.ready && !state.ready;
      state.ready = answer.ready;
      const newRuns = takeRuns(answer);
      if (answer.tags) {
        known.etag = answer.tags.etag;
        const ids = before ? before.split("\n") : [];
        known.tags = answer.tags.tags.map((entry) => ({ ...entry, runs: entry.runs.map((place) => ids[place]) }));
      }
      let from = 0;
      let grew = newRuns;
      asked.forEach((panels, i) => {
        grew = drawers[i].apply(answer.panels.slice(from, (from += panels.length))) || grew;
      });
      idleTicks = grew ? 0 : idleTicks + 1;
      if (newRuns || becameReady) tell("runs");
      if (answer.tags) tell("tags");
      if (picked().join("\n") !== before || (answer.tags && drawers.some((drawer) => drawer.questions().length))) ask();
      await Promise.all(drawers.map((drawer) => drawer.settled()));
    } catch (failure) {
      state.error = failure.message;
    }
    state.asked = Date.now();
    state.newest = Math.max(0, ...picked().map((id) => known.runs.get(id)?.last_time || 0));
    tell("state");
  }

  /* While data flows every tick asks (twice per interval); then every second one; after half a minute of silence,
     every fourth; a hidden tab every twentieth. */
  function tick() {
    tickCount += 1;
    tell("state");
    if (state.paused) return;
    const pace = document.hidden ? 20 : idleTicks < 4 ? 1 : idleTicks < 30 ? 2 : 4;
    if (tickCount % pace === 0) ask();
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !state.paused) ask();
  });

  tb.live = {
    state,
    now,
    picked,
    ask,
    tick,
    runs: known.runs,
    order: () => known.order,
    tags: () => known.tags,
    revision: () => known.since,
    addDrawer: (drawer) => drawers.push(drawer),
    on: (what, listener) => listeners[what].push(listener),
    pause(on) {
      state.paused = on;
      tell("state");
      if (!on) ask();
    },
  };
})(window.tailboard);
