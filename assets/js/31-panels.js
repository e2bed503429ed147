/* The panels of the charts page: which there are, which are in view, and when each is drawn. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const FRAME_MS = 40; // drawing time per frame before the page gets its turn
  const AT_ONCE = 60; // panels of a section before a button offers the rest
  const panels = new Map(); // key of its spec -> panel
  const limits = new Map(); // section -> panels to show, where more were asked for
  let drawing = false;
  const waiters = []; // called when everything due is drawn
  let bent = false; // only the averages changed, and the slider may still be moving

  const inView = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const panel = panels.get(entry.target.dataset.key);
        if (panel) panel.near = entry.isIntersecting;
      }
      if (entries.some((entry) => entry.isIntersecting)) tb.live.ask();
    },
    { rootMargin: "300px 0px" },
  );

  function button(act, hint, icon) {
    return make("button", { class: `icon small icon-${icon}`, type: "button", "data-act": act, title: hint, "aria-label": hint });
  }

  /* A spec says what a panel shows: its key, title, tags and form; of one tag, the key is the tag. */
  const specOf = (tag) => ({ key: tag, title: tag, tags: [tag], form: "single" });

  function newPanel(spec) {
    const { key, title: name } = spec;
    const plot = make("div", { class: "plot", role: "img", "aria-label": `Chart of ${name}` });
    const badge = make("span", { class: "badges" });
    const parts = name.split("/");
    const title = make("h3", { title: name }, make("span", { class: "quiet", text: parts.slice(0, -1).map((p) => p + "/").join("") }), parts.at(-1));
    const tools = make(
      "div",
      { class: "panel-tools" },
      ...tb.customCharts.tools(spec),
      button("panel-pin", "Pin to the top", "pin"),
      button("panel-log", "Logarithmic vertical axis of this panel", "log"),
      button("panel-numbers", "The numbers as a table (d)", "numbers"),
      button("panel-fit", "Fit: all points again (double click)", "fit"),
      button("panel-save", "Download PNG, SVG or CSV", "save"),
      button("panel-enlarge", "Enlarge (Esc goes back)", "enlarge"),
    );
    const head = make("header", {}, title, badge, tools);
    const legend = spec.form === "single" ? [] : [make("footer", { class: "panel-legend" })];
    const element = make("article", { class: "panel", "data-key": key, "data-tag": name, tabindex: "0", "aria-label": name }, head, plot, ...legend);
    const panel = { key, title: name, element, plot, badge, near: false, runs: new Map(), spec, chart: new tb.Chart(spec.tags, plot, spec.form) };
    plot.append(make("div", { class: "skeleton" }));
    inView.observe(element);
    panels.set(key, panel);
    return panel;
  }

  function dropPanel(panel) {
    inView.unobserve(panel.element);
    panel.chart.purge();
    panel.element.remove();
    panels.delete(panel.key);
  }

  /* Sections of specs: pinned first, then the charts that a training or a person composed, then by the first part of the tag. */
  function sections() {
    const view = tb.view.get();
    const match = tb.matcher(view.tags);
    const picked = new Set(tb.live.picked());
    const watched = view.tags.includes("watch/"); // of every layer of a model: they are for the layers page, unless asked for
    const tags = tb.live.tags().filter((entry) => entry.kind === "scalar" && (watched || view.pins.includes(entry.tag) || !tb.layers.watched(entry.tag)) && entry.runs.some((id) => picked.has(id)));
    const composed = tb.customCharts.all(tags.map((entry) => entry.tag));
    const together = new Map(composed.filter((spec) => spec.together).flatMap((spec) => spec.tags.map((tag) => [tag, spec])));
    const byTag = new Set(tags.map(({ tag }) => together.get(tag) || specOf(tag)));
    const shown = [...composed.filter((spec) => !spec.together), ...byTag].filter((spec) => [spec.title, ...spec.tags].some((words) => match(words)));
    const groups = new Map();
    const pinned = view.pins.map((key) => shown.find((spec) => spec.key === key)).filter(Boolean);
    if (pinned.length) groups.set("pinned", pinned);
    for (const spec of shown) {
      if (pinned.includes(spec)) continue;
      const group = spec.section || (spec.title.includes("/") ? spec.title.split("/")[0] : "other");
      groups.set(group, [...(groups.get(group) || []), spec]);
    }
    const late = (name) => (isOfMachine(name) ? 2 : name === "other" ? 1 : 0);
    return [...groups].sort((a, b) => late(a[0]) - late(b[0]));
  }

  const isOfMachine = (group) => tb.tags.isOfMachine(`${group}/`);

  /* What tells of the machine is folded until it is asked for: by a filter, or by unfolding it, which "+" remembers. */
  const foldName = (group) => (isOfMachine(group) && !tb.view.get().tags.trim() ? `+${group}` : group);
  const isClosed = (group) => tb.view.get().closed.includes(foldName(group)) !== foldName(group).startsWith("+");

  function section(name, specs, closed) {
    const grid = make("div", { class: "grid", hidden: closed });
    const head = make(
      "button",
      { class: "section-head", type: "button", "data-act": "section-fold", "data-name": name, "aria-expanded": String(!closed) },
      make("span", { class: "caret", "aria-hidden": "true" }),
      make("span", { text: name }),
      make("span", { class: "quiet", text: String(specs.length) }),
    );
    return make("section", { class: "section", "data-name": name }, make("h2", {}, head), grid);
  }

  function layOut() {
    const place = document.getElementById("panels");
    if (!place) return;
    const view = tb.view.get();
    place.dataset.size = view.size;
    const wanted = sections();
    const old = new Map([...place.querySelectorAll(":scope > .section")].map((el) => [el.dataset.name, el]));
    const elements = [];
    const kept = new Set();
    for (const [name, specs] of wanted) {
      const closed = isClosed(name);
      const element = old.get(name) || section(name, specs, closed);
      element.querySelector(".section-head").setAttribute("aria-expanded", String(!closed));
      element.querySelector(".section-head .quiet").textContent = String(specs.length);
      const grid = element.querySelector(".grid");
      grid.hidden = closed;
      const limit = limits.get(name) || AT_ONCE;
      const cards = closed ? [] : specs.slice(0, limit).map(panelFor);
      cards.forEach((panel) => kept.add(panel.key));
      setChildren(grid, cards.map((panel) => panel.element));
      setMore(element, name, closed ? 0 : specs.length - limit);
      elements.push(element);
    }
    for (const panel of [...panels.values()]) if (!kept.has(panel.key)) dropPanel(panel);
    setChildren(place, elements.length ? elements : [empty()]);
    const logged = new Map(tb.live.tags().map((entry) => [entry.tag, entry.runs]));
    for (const panel of panels.values()) {
      panel.runs = new Map(panel.chart.tags.map((tag) => [tag, new Set(logged.get(tag))])); // only they are asked for
      tb.panelMarks.mark(panel);
    }
  }

  /* A chart whose tags become more keeps what is drawn of those it had. */
  function panelFor(spec) {
    const panel = panels.get(spec.key);
    if (!panel || panel.chart.form !== spec.form) {
      if (panel) dropPanel(panel);
      return newPanel(spec);
    }
    panel.spec = spec;
    panel.chart.tags = spec.tags;
    return panel;
  }

  function setMore(element, name, left) {
    const old = element.querySelector(":scope > .more");
    if (left <= 0) return old?.remove();
    const words = `Show ${Math.min(left, AT_ONCE)} of ${format.integer(left)} more panels`;
    if (old) old.textContent = words;
    else element.append(make("button", { class: "button more", type: "button", "data-act": "section-more", "data-name": name, text: words }));
    return undefined;
  }
  tb.actions["section-more"] = (button) => {
    const { name } = button.dataset;
    limits.set(name, (limits.get(name) || AT_ONCE) + AT_ONCE);
    layOut();
  };

  /** Replace children only where they differ, so that nothing loses focus or scroll for nothing. */
  function setChildren(parent, wanted) {
    const current = parent.children;
    if (wanted.length === current.length && wanted.every((element, i) => element === current[i])) return;
    parent.replaceChildren(...wanted);
  }

  function empty() {
    const none = tb.nothing.runs();
    if (none) return none;
    const scalars = tb.live.tags().filter((entry) => entry.kind === "scalar");
    const match = tb.matcher(tb.view.get().tags);
    const layers = scalars.filter(({ tag }) => match(tag) && tb.layers.watched(tag)).length;
    if (layers) return make("p", { class: "empty", text: `${format.integer(layers)} tags of watched layers are on Layers. Begin the filter with watch/ to have them here.` });
    if (scalars.length) return tb.nothing.found(scalars.length, "tags", tb.view.get().tags);
    return make("p", { class: "empty", text: "The picked runs have not logged a number yet. Panels appear with the first one." });
  }

  /* --- drawing: what is due, a few panels a frame, those in view only --- */
  function due() {
    const waiting = [...panels.values()].filter((panel) => panel.near && panel.chart.dirty);
    return waiting.sort((a, b) => outside(a) - outside(b));
  }

  /* Pixels between a panel and the screen: what is looked at is drawn first. */
  function outside(panel) {
    const { top, bottom } = panel.element.getBoundingClientRect();
    return Math.max(0, top - innerHeight, -bottom);
  }

  async function drawDue() {
    const start = performance.now();
    for (const panel of due()) {
      panel.plot.querySelector(".skeleton")?.remove();
      try {
        if (bent && panel.chart.canSketch()) panel.chart.sketch();
        else await panel.chart.draw();
        tb.panelMarks.mark(panel);
      } catch (failure) {
        panel.chart.dirty = false;
        tb.panelMarks.say(panel, `This panel could not be drawn: ${failure.message}`);
      }
      if (performance.now() - start > FRAME_MS) break;
    }
    drawing = due().length > 0;
    if (drawing) requestAnimationFrame(drawDue);
    else waiters.splice(0).forEach((resolve) => resolve());
  }

  function settled() {
    if (!due().length || !window.Plotly) return Promise.resolve();
    return new Promise((resolve) => {
      waiters.push(resolve);
      if (!drawing) requestAnimationFrame(drawDue);
      drawing = true;
    });
  }

  const onPage = () => tb.view.get().page === "charts";
  const columnsOf = (panel) => Math.max(60, Math.round((panel.plot.clientWidth - 62) / 2));

  let asked = []; // panels, each with how many questions it has
  tb.live.addDrawer({
    questions() {
      const near = onPage() ? [...panels.values()].filter((panel) => panel.near) : [];
      const picked = tb.live.picked();
      const questions = near.map((panel) => {
        return panel.chart.questions((tag) => picked.filter((id) => panel.runs.get(tag)?.has(id)), columnsOf(panel));
      });
      asked = near.map((panel, i) => ({ panel, count: questions[i].length }));
      return questions.flat();
    },
    apply(answers) {
      let from = 0;
      return asked.map(({ panel, count }) => panel.chart.apply(answers.slice(from, (from += count)))).some(Boolean);
    },
    settled,
    fresh: () => [...panels.values()].some((panel) => panel.near && !panel.chart.drawn),
  });

  function redrawAll(forget) {
    for (const panel of panels.values()) {
      panel.chart.dirty = true;
      if (forget) panel.chart.forget();
    }
    if (!forget) settled();
  }

  /* The averages changed: sketched at once, drawn by Plotly when the slider rests. */
  const REST_MS = 400;
  let resting = 0;
  function bend() {
    bent = true;
    clearTimeout(resting);
    resting = setTimeout(() => {
      bent = false;
      redrawAll(false);
    }, REST_MS);
    redrawAll(true);
  }

  const AVERAGES = ["smooth", "amount"];
  const RECOMPUTED = ["x", "smooth", "amount", "log_x", "outliers", "overlap"];
  tb.view.onChange((view, changed) => {
    if (changed.some((name) => ["runs", "tags", "pins", "closed", "size"].includes(name))) layOut();
    if (changed.includes("x") || changed.includes("log_x")) for (const panel of panels.values()) panel.chart.fit();
    if (changed.every((name) => AVERAGES.includes(name))) bend();
    else if (changed.some((name) => RECOMPUTED.includes(name))) redrawAll(true);
    if (changed.some((name) => ["log_y", "panel_log"].includes(name))) {
      panels.forEach(tb.panelMarks.mark);
      redrawAll(false);
    }
    if (changed.includes("size")) requestAnimationFrame(() => redrawAll(false));
    if (changed.includes("runs")) redrawAll(false);
    if (changed.some((name) => ["runs", "page", ...RECOMPUTED].includes(name))) tb.live.ask();
  });
  let laidOutFor = null;
  tb.live.on("tags", layOut);
  tb.live.on("runs", () => {
    const picked = tb.live.picked().join("\n");
    if (picked !== laidOutFor || !picked) layOut();
    laidOutFor = picked;
  });
  addEventListener("resize", () => redrawAll(false));
  document.addEventListener("tb-colours", () => redrawAll(false));

  tb.panels = { all: panels, foldName, layOut, redrawAll, of: (element) => panels.get(element.closest(".panel")?.dataset.key) };
})(window.tailboard);
