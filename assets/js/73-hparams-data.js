/* What the hyper-parameters page knows: the answer of the server, the axes made of it, the brushes, and who passes them. */
(function (tb) {
  "use strict";
  const { Axis, finite } = tb.hparams;
  const MOST_AXES = 12; // shown by themselves
  const MOST_PICKED = 100; // runs that a brush picks, the best first
  const REST_MS = 2000;
  const SCALE = ["--run-4", "--run-2", "--run-6"]; // from the worst to the best, told apart by lightness too
  let answer = null;
  let asked = ""; // question and revision of the answer
  let busy = false;
  let resting = 0; // timer: of runs that go on, news are asked for now and then
  let before = null; // the runs that were picked before the first brush: {runs}

  const question = ({ hparam_metric: metric, hparam_figure: figure, hparam_better: better }) => new URLSearchParams({ metric, figure, better }).toString();

  /** Ask anew where the question changed, or any run did and the last answer is not quite new; tell `changed` of news. */
  async function want(changed) {
    const wanted = question(tb.view.get());
    const isNew = wanted !== asked.split(" ")[0];
    if (busy || `${wanted} ${tb.live.revision()}` === asked || (resting && !isNew)) return;
    busy = true;
    clearTimeout(resting);
    resting = setTimeout(() => {
      resting = 0;
      changed();
    }, REST_MS);
    asked = `${wanted} ${tb.live.revision()}`;
    try {
      const { revision, ...found } = await tb.wire.get(`hparams?${wanted}`);
      answer = { ...found, error: "" };
    } catch (failure) {
      answer = { ...(answer || { runs: [], values: [], steps: [], parameters: [], metrics: [], metric: "" }), error: failure.message };
      asked = ""; // again, after a rest
    }
    busy = false;
    changed();
  }

  /** Names of the parameters shown, in their order. */
  function shown() {
    const chosen = tb.view.get().hparam_axes;
    if (chosen !== null) return chosen.filter((name) => answer.parameters.some((one) => one.name === name));
    return answer.parameters.filter((one) => one.differs).slice(0, MOST_AXES).map((one) => one.name);
  }

  /** An axis for each parameter shown, and one for the metric, the last. */
  function axes() {
    const { hparam_log: turned } = tb.view.get();
    const byName = new Map(answer.parameters.map((one) => [one.name, one]));
    const all = shown().map((name) => new Axis({ ...byName.get(name), turned: turned.includes(name) }));
    if (!answer.metric) return all;
    return [...all, new Axis({ name: answer.metric, number: true, values: answer.values, turned: turned.includes(answer.metric), metric: true })];
  }

  /* --- brushes --- */
  function parse(text) {
    try {
      const brush = JSON.parse(text);
      return Array.isArray(brush) && (Array.isArray(brush[1]) || (finite(brush[1]) && finite(brush[2]))) ? brush : null;
    } catch (garbled) {
      return null; // an address that somebody cut
    }
  }

  const brushes = () => new Map(tb.view.get().hparam_brush.map(parse).filter(Boolean).map((brush) => [brush[0], brush]));

  /** For each run whether it passes all brushes. A brush of an axis that is not shown counts too. */
  function passing(all, over = brushes()) {
    const hidden = answer.parameters.filter((one) => over.has(one.name) && !all.some((axis) => axis.name === one.name));
    const tested = [...all, ...hidden.map((one) => new Axis({ ...one, turned: false }))].filter((axis) => over.has(axis.name));
    return answer.runs.map((_, i) => tested.every((axis) => axis.passes(over.get(axis.name), axis.values[i])));
  }

  /** Keep these brushes, and pick the runs that pass them, on every page; without any, those that were picked before. */
  function brush(changes) {
    const over = brushes();
    for (const [name, one] of changes) {
      if (one && (!Array.isArray(one[1]) || one[1].length)) over.set(name, one);
      else over.delete(name);
    }
    if (!tb.view.get().hparam_brush.length) before = { runs: tb.view.get().runs };
    const texts = [...over.values()].map((one) => JSON.stringify(one));
    if (!over.size) return tb.view.set({ hparam_brush: [], runs: before ? before.runs : null });
    const passed = passing(axes(), over);
    return tb.view.set({ hparam_brush: texts, runs: ranked().filter((i) => passed[i]).slice(0, MOST_PICKED).map((i) => answer.runs[i]) });
  }

  /** Places of the runs, the best first; those without the metric last. */
  function ranked() {
    const sign = answer.better === "max" ? -1 : 1;
    const key = (i) => (finite(answer.values[i]) ? sign * answer.values[i] : Infinity);
    return answer.runs.map((_, i) => i).sort((i, j) => (key(i) === key(j) ? 0 : key(i) - key(j)));
  }

  /* --- colours --- */
  /** A function from the place of a run to its colour, by what was chosen. */
  function colouring(all) {
    const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const metric = all.at(-1)?.metric ? all.at(-1) : null;
    if (tb.view.get().hparam_colour === "run" || !metric) {
      return (i) => token(`--run-${(tb.live.runs.get(answer.runs[i])?.slot ?? 0) % 8}`);
    }
    const [worst, middle, best, none] = [...SCALE, "--faded"].map(token);
    const mixed = (share) => (share < 0.5 ? tb.canvas.mix(worst, middle, 2 * share) : tb.canvas.mix(middle, best, 2 * share - 1));
    const share = (place) => (answer.better === "min" ? 1 - place : place);
    return (i) => {
      const place = metric.place(answer.values[i]);
      return place === null ? none : mixed(share(place));
    };
  }

  Object.assign(tb.hparams, { MOST_AXES, MOST_PICKED, want, answer: () => answer, shown, axes, brushes, passing, brush, ranked, colouring });
})(window.tailboard);
