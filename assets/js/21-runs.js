/* The run list: the legend of every page. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const rows = new Map(); // run id -> {element, drawn text}
  const WORDS = {
    running: "running",
    finished: "finished",
    failed: "failed",
    crashed: "crashed",
    stalled: "stalled",
    unknown: "",
  };

  function colour(run) {
    return `var(--run-${run.slot % 8})`;
  }
  const dash = (run) => tb.known.dashes[Math.floor(run.slot / 8) % tb.known.dashes.length];

  /** What a run is called in lists: its id, or with the name that a person gave it. */
  const title = (id) => tb.live.runs.get(id)?.title ?? id;

  /** A short line in the run's colour and dash pattern. */
  const swatch = (run) => line({ slot: run.slot % 8, dash: dash(run) });

  /** A short line as charts draw it: the number of its colour, and its dash pattern. */
  function line({ slot, dash: pattern }) {
    const dashes = pattern === "solid" ? "" : ` stroke-dasharray="${pattern.replaceAll("px", "")}"`;
    const span = make("span", { class: "swatch", "aria-hidden": "true" });
    span.innerHTML = `<svg width="22" height="12"><line x1="1" y1="6" x2="21" y2="6"${dashes}></line></svg>`;
    span.style.color = `var(--run-${slot})`;
    return span;
  }

  /* What is most to be said of a run: the words of its state, else a metric that is no number any more, else the best one. */
  function detail(run) {
    const { best, broken } = run;
    const plain = (text) => make("span", { class: "run-detail", text, title: text });
    if (tb.runStop.isAsked(run)) return plain("stop requested");
    if (run.state === "failed" || run.state === "crashed" || run.state === "stalled") return plain(run.detail);
    if (broken) return figure("⚠", broken.value, broken.tag, `${broken.tag} is ${broken.value}, for the first time at step ${format.integer(broken.step)}`, "warning");
    if (best) return figure("★", format.number(best.value), best.tag, `best ${best.tag}: ${best.value} at step ${format.integer(best.step)}`);
    return plain(run.detail || "");
  }

  /* A metric and its value; where there is no room the group of the tag is cut. */
  function figure(sign, value, tag, title, look = "") {
    const cut = tag.lastIndexOf("/") + 1;
    const group = make("span", { class: "run-figure-group", text: tag.slice(0, cut) });
    return make("span", { class: `run-detail run-figure ${look}`, title }, make("span", { text: `${sign} ${value}\u00a0` }), group, make("span", { text: tag.slice(cut) }));
  }

  function row(run) {
    const box = make("input", { type: "checkbox", "data-run": run.id, "aria-label": `Show ${run.id}` });
    const full = run.title === run.id ? run.id : `${run.title}\n${run.id}`;
    const name = make("a", { class: "run-name", href: "#", "data-act": "run-open", "data-run": run.id, title: full });
    const group = run.id.slice(0, run.id.lastIndexOf("/") + 1);
    name.append(make("bdi", {}, make("span", { class: "run-path", text: group }), run.title.slice(group.length)));
    const state = make("span", { class: `state state-${run.state}`, text: WORDS[run.state] ?? run.state });
    const first = make("div", { class: "run-line" }, make("label", { class: "run-check" }, box, swatch(run)), name, state);
    const second = make("div", { class: "run-line quiet run-second" });
    const step = run.last_step === null ? "no points yet" : `step ${format.short(run.last_step)}`;
    const exact = run.last_step === null ? "" : `step ${format.integer(run.last_step)}`;
    second.append(make("span", { text: step, title: exact }), make("span", { class: "age", "data-time": run.last_time ?? "" }));
    if (run.format !== "tailboard") second.append(make("span", { class: "run-format", text: run.format, title: `Read in place: ${run.format} format` }));
    second.append(detail(run));
    if (run.problems) second.append(warning(`⚠ ${run.problems}`, "Lines that could not be read: see the run's page"));
    if (run.dropped) second.append(warning(`⚠ ${format.short(run.dropped)} dropped`, "Records that training had to give up"));
    const only = make("button", { class: "only", type: "button", "data-act": "run-only", "data-run": run.id, text: "only", title: "Show only this run" });
    const stop = tb.runStop.can(run) && !run.stop ? tb.runStop.opener(run.id, "only") : "";
    return make("li", { "data-run": run.id, class: "run" }, first, second, make("div", { class: "run-acts" }, stop, only));
  }

  const warning = (text, title) => make("span", { class: "warning", text, title });

  function shownIds() {
    const match = tb.matcher(tb.view.get().search);
    return tb.live.order().filter((id) => match(id) || match(title(id)));
  }

  function render() {
    const list = document.getElementById("run-list");
    if (!list) return;
    const ids = shownIds();
    for (const id of ids) {
      const run = tb.live.runs.get(id);
      const key = JSON.stringify(run);
      const old = rows.get(id);
      if (old?.key === key) continue;
      const element = row(run);
      if (old) tb.become(old.element, element);
      rows.set(id, { element: old?.element ?? element, key });
    }
    const wanted = ids.map((id) => rows.get(id).element);
    const current = [...list.children];
    if (wanted.length !== current.length || wanted.some((element, i) => element !== current[i])) list.replaceChildren(...wanted);
    if (!ids.length) list.replaceChildren(empty());
    for (const id of rows.keys()) if (!tb.live.runs.has(id)) rows.delete(id);
    mark();
    ages();
  }

  function empty() {
    const some = tb.live.order().length;
    return make("li", { class: "run-none quiet", text: some ? "No run has a name like that." : "No runs yet." });
  }

  function mark() {
    const picks = new Set(tb.live.picked());
    const { focus, runs } = tb.view.get();
    for (const [id, { element }] of rows) {
      element.querySelector("input").checked = picks.has(id);
      element.classList.toggle("picked", picks.has(id));
      element.classList.toggle("focused", id === focus);
    }
    document.querySelector('[data-act="runs-newest"]')?.setAttribute("aria-pressed", String(runs === null));
    const count = document.getElementById("run-count");
    if (count) count.textContent = `${picks.size} of ${tb.live.order().length}`;
  }

  function ages() {
    const now = tb.live.now();
    for (const element of document.querySelectorAll("#run-list .age")) {
      const time = Number(element.dataset.time);
      element.textContent = time ? `${format.span(now - time)} ago` : "";
    }
  }

  const pick = (runs) => tb.view.set({ runs });
  Object.assign(tb.actions, {
    "runs-all": () => pick(shownIds()),
    "runs-none": () => pick([]),
    "runs-newest": () => pick(null),
    "run-only": (button) => pick([button.dataset.run]),
    "run-open": (link) => tb.view.set({ page: "run", run: link.dataset.run }),
    "fold-runs": () => document.body.classList.toggle("runs-folded"),
  });

  document.addEventListener("change", (event) => {
    const id = event.target.matches("#run-list input[data-run]") && event.target.dataset.run;
    if (!id) return;
    const picks = tb.live.picked().filter((other) => other !== id);
    pick(event.target.checked ? [...picks, id] : picks);
  });
  /* The run under the pointer comes forward. A row that was made anew tells nothing when the pointer leaves it, so what
     counts is where the pointer arrives. */
  let over = null;
  function point(run) {
    if (run === over) return;
    over = run;
    tb.highlight?.(run);
  }
  document.addEventListener("pointerover", (event) => point(event.target.closest?.("#run-list li[data-run]")?.dataset.run ?? null));
  document.addEventListener("pointerout", (event) => !event.relatedTarget && point(null)); // it left the window

  /* A person chose another colour: what is drawn in the old one is drawn again. */
  const slots = new Map();
  function recolour() {
    const changed = [...tb.live.runs.values()].some((run) => (slots.get(run.id) ?? run.slot) !== run.slot);
    for (const run of tb.live.runs.values()) slots.set(run.id, run.slot);
    if (changed) document.dispatchEvent(new Event("tb-colours"));
  }

  tb.live.on("runs", render);
  tb.live.on("runs", recolour);
  tb.live.on("state", ages);
  tb.view.onChange((view, changed) => {
    if (changed.some((name) => ["search"].includes(name))) render();
    else if (changed.some((name) => ["runs", "focus"].includes(name))) mark();
  });
  tb.runs = { colour, dash, swatch, line, title, render };
})(window.tailboard);
