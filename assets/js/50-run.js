/* The run page: what it asks the server for, its head that ticks, the filter over its tables, copying. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const REFRESH_S = 10; // facts of a growing run change rarely: ask so often at most
  let asked = ""; // what the body was last asked to show
  let told = ""; // facts in the run list that the body shows in full
  let beat = 0;
  let changed = false;
  let head = null; // {key, update}

  const onPage = () => tb.view.get().page === "run";

  /** The run that was opened, else all picked ones. */
  function wanted() {
    const { run } = tb.view.get();
    return run ? [run] : tb.live.picked();
  }

  /* The body is drawn by the server: ask when other runs are wanted, when the run list says that something
     happened, and now and then while they grow. It answers only where the body would differ. */
  function ask() {
    if (!onPage() || !tb.live.state.asked) return;
    const runs = wanted();
    const { equal } = tb.view.get();
    const facts = runs.map((id) => tb.live.runs.get(id)).map((run) => run && [run.state, run.problems, run.notes, run.tags, run.edited, run.media > 0]);
    const [was, now] = [asked + told, JSON.stringify([runs, equal]) + JSON.stringify(facts)];
    const late = changed && Date.now() / 1000 - beat > REFRESH_S;
    if (was === now && !late) return;
    asked = JSON.stringify([runs, equal]);
    told = JSON.stringify(facts);
    beat = Date.now() / 1000;
    changed = false;
    dash_clientside.set_props("run-question", { data: { runs, equal, beat } });
  }

  /* --- the head --- */
  function fact(words) {
    const value = make("dd", {});
    return { value, element: make("div", {}, make("dt", { text: words }), value) };
  }

  function headOfOne(id) {
    const state = make("span", { class: "state" });
    const name = make("bdi", {});
    const title = make("h1", {}, make("span", { class: "run-head-swatch" }), name, state);
    const stop = tb.runStop.parts(id);
    const top = make("div", { class: "run-title" }, title, tb.runEdit.button(id), ...stop.buttons);
    const detail = make("p", { class: "run-head-detail" });
    const facts = Object.fromEntries(["created", "duration", "time left", "step", "newest point", "points"].map((words) => [words, fact(words)]));
    const progress = make("progress", { max: 1, "aria-label": "Progress" });
    const tags = make("span", { class: "chips" });
    const list = make("dl", {}, ...Object.values(facts).map(({ element }) => element), progress);
    function update() {
      const run = tb.live.runs.get(id);
      if (!run) return;
      const now = tb.live.now();
      const end = run.state === "running" || run.state === "stalled" ? now : Math.max(run.last_time || 0, run.heartbeat || 0);
      write(name, run.title);
      name.title = run.title === id ? "" : id;
      show(title.firstChild, run.slot, () => [tb.runs.swatch(run)]);
      show(tags, run.tags.join("\n"), () => run.tags.map((text) => make("span", { class: "chip", text })));
      state.className = `state state-${run.state}`;
      write(state, run.state === "unknown" ? "" : run.state);
      write(detail, run.detail);
      stop.update(run, now);
      write(facts.created.value, run.created ? format.date(run.created) : "not known");
      write(facts.duration.value, run.created && end ? format.span(Math.max(0, end - run.created)) : "–");
      facts["time left"].element.hidden = run.left_s === null || run.state !== "running";
      write(facts["time left"].value, `about ${format.span(Math.max(0, run.left_s - (now - run.heartbeat)))}`);
      write(facts.step.value, format.integer(run.last_step));
      write(facts["newest point"].value, run.last_time ? `${format.span(now - run.last_time)} ago` : run.points ? "not known" : "none yet");
      write(facts.points.value, format.integer(run.points));
      progress.hidden = run.progress === null;
      if (run.progress !== null) progress.value = run.progress;
    }
    return { elements: [top, detail, stop.line, list, tags], update };
  }

  function headOfSeveral(count) {
    if (!count) return { elements: [], update() {} };
    const words = "What sets them apart; what most of them have is grey. Open one by its name.";
    return { elements: [make("h1", { text: `${format.integer(count)} picked runs compared` }), make("p", { class: "quiet", text: words })], update() {} };
  }

  function showHead() {
    const place = document.getElementById("run-head");
    if (!place || !onPage()) return;
    const runs = wanted();
    const key = runs.length === 1 ? "of " + runs[0] : String(runs.length);
    if (head?.key !== key) {
      head = { key, ...(runs.length === 1 ? headOfOne(runs[0]) : headOfSeveral(runs.length)) };
      place.replaceChildren(...head.elements);
    }
    head.update();
    tb.runEdit.lay(runs.length === 1 ? runs[0] : "");
    const picked = tb.live.picked().length;
    const compare = document.getElementById("run-compare");
    compare.hidden = !tb.view.get().run || picked < 2;
    write(compare, `compare the ${picked} picked runs`);
    document.querySelector('[data-field="equal"]').hidden = runs.length < 2;
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function show(element, key, children) {
    if (element.dataset.key === String(key)) return;
    element.dataset.key = key;
    element.replaceChildren(...children());
  }

  /* --- what the body is given by the browser, whenever the server drew it anew --- */
  function filterRows() {
    const match = tb.matcher(tb.view.get().run_filter);
    for (const row of document.querySelectorAll("#run-body tr[data-name]")) row.hidden = !match(row.dataset.name);
    if (tb.view.get().run_filter) for (const part of document.querySelectorAll("#run-body > details")) part.open = true;
  }

  function watchBody() {
    const body = document.getElementById("run-body");
    if (!body) return requestAnimationFrame(watchBody);
    const drawn = () => {
      filterRows();
      tb.runEdit.laySteps();
      for (const mark of body.querySelectorAll(".run-mark")) show(mark, mark.dataset.slot, () => [tb.runs.swatch({ slot: Number(mark.dataset.slot) })]);
      tb.runTexts.lay();
      tb.runLoad.lay();
    };
    new MutationObserver(drawn).observe(body, { childList: true, subtree: true, attributeFilter: ["data-steps", "data-name", "data-tag", "data-run", "data-slot"] });
    return drawn();
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      tb.toast("Copied.");
    } catch (refused) {
      tb.toast("The browser refused to copy: it does so only on https or localhost.");
    }
  }

  Object.assign(tb.actions, { copy, "run-compare": () => tb.view.set({ run: "" }) });
  tb.view.onChange((view, names) => {
    if (names.includes("run_filter")) filterRows();
    showHead();
    ask();
  });
  tb.live.on("runs", () => (changed = true));
  tb.live.on("state", () => {
    showHead();
    ask();
  });
  watchBody();
  tb.runPage = { wanted, onPage };
})(window.tailboard);
