/* The histograms page: groups of tags, in each a block per tag with a card per picked run. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const SIZES_PX = { s: 170, m: 270, l: 420, xl: 760 };
  const GAP_PX = 8;
  const LOW_PX = 60;
  const CARD_FRAME_PX = 2 * 7; // border and padding of a card
  const KEEP_NEAR = "300px 0px";
  const JOINED = ""; // in place of a run: the card of all
  const blocks = new Map(); // tag -> Block
  const groups = new Map(); // name -> {element, head, grid}
  let steps = null; // ascending steps of all blocks, until something new is known
  let frame = 0;
  let stepper = null;

  const inView = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) blocks.get(target.dataset.tag)?.setNear(isIntersecting);
      later();
    },
    { rootMargin: KEEP_NEAR },
  );

  const onPage = () => tb.view.get().page === "histograms";
  const isShown = (entry) => tb.known.kinds[entry.kind]?.page === "histograms";

  function shownTags() {
    const match = tb.matcher(tb.view.get().histogram_tags);
    return tb.live.tags().filter((entry) => isShown(entry) && match(entry.tag));
  }

  /* The picked runs that logged any of these tags: a card for each, in the same order in every block. */
  function runsOf(entries) {
    const logged = new Set(entries.flatMap((entry) => entry.runs));
    return tb.live.picked().filter((id) => logged.has(id));
  }

  function stepsOfAll() {
    if (!steps) {
      const all = new Set([...blocks.values()].flatMap((block) => block.lists()).flatMap((list) => list.data?.step || []));
      steps = [...all].sort((a, b) => a - b);
    }
    return steps;
  }

  const groupOf = (tag) => (tag.includes("/") ? tag.split("/")[0] : "other");

  /* How wide a card is, so that all blocks have the same columns. */
  function measure(place) {
    const style = getComputedStyle(place);
    const width = place.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const wanted = Math.min(SIZES_PX[tb.view.get().histogram_size] || SIZES_PX.m, width);
    const columns = Math.max(1, Math.floor((width + GAP_PX) / (wanted + GAP_PX)));
    const inner = Math.floor((width - (columns - 1) * GAP_PX) / columns) - CARD_FRAME_PX;
    return { columns, width: inner, height: tb.drawers.histogram.height(null, inner) };
  }

  class Block {
    constructor(tag) {
      this.tag = tag;
      this.near = false;
      this.runs = [];
      this.cards = new Map(); // run id -> tb.HistogramCard
      const cut = tag.lastIndexOf("/") + 1;
      const title = make("h3", { title: tag }, make("span", { class: "quiet", text: tag.slice(0, cut) }), tag.slice(cut));
      this.grid = make("div", { class: "cells" });
      this.element = make("section", { class: "histogram-tag", "data-tag": tag, "aria-label": tag }, make("header", {}, title), this.grid);
      inView.observe(this.element);
    }

    setNear(near) {
      this.near = near;
      if (!near && !this.element.contains(document.activeElement)) for (const card of this.cards.values()) card.rest();
    }

    lists() {
      return this.runs.map((run) => tb.histograms.list(run, this.tag));
    }

    show(entry, picked, size) {
      this.runs = picked.filter((run) => entry.runs.includes(run));
      const runs = isJoined(this.runs) ? [JOINED] : picked;
      const across = Math.min(runs.length, size.columns);
      this.element.style.gridColumn = `span ${across}`;
      this.grid.style.gridTemplateColumns = `repeat(${across}, minmax(0, 1fr))`;
      this.low = across === 1 ? LOW_PX : size.height; // one below the other, cards with words alone need little room
      this.grid.style.minHeight = `${this.height(runs, across, size)}px`;
      if (!this.near && !this.cards.size) return; // thousands of tags: cards are made where someone looks
      for (const [id, card] of this.cards) {
        if (runs.includes(id)) continue;
        card.drop();
        this.cards.delete(id);
      }
      for (const id of runs) if (!this.cards.has(id)) this.cards.set(id, id === JOINED ? new tb.JoinedHistogramCard(this.tag) : new tb.HistogramCard(id, this.tag));
      tb.setChildren(this.grid, runs.map((id) => this.cards.get(id).element));
      if (this.near) this.runs.forEach((run) => tb.histograms.want(run, this.tag));
      this.draw(size);
    }

    /* Known before there are cards, so that nothing moves when they come. */
    height(runs, across, size) {
      const [full, low] = [size.height, this.low].map((height) => tb.HistogramCard.height({ ...size, height }) + GAP_PX);
      if (runs[0] === JOINED) return full - GAP_PX;
      if (across === 1) return this.runs.length * full + (runs.length - this.runs.length) * low - GAP_PX;
      return Math.ceil(runs.length / across) * full - GAP_PX;
    }

    draw(size) {
      for (const [id, card] of this.cards) card.box.style.height = `${id === JOINED || this.runs.includes(id) ? size.height : this.low}px`;
      if (!this.near) return;
      const { histogram_mode: mode, histogram_shared: shared, histogram_log: log } = tb.view.get();
      const logged = this.lists().filter((list) => list.data?.step.length);
      const filled = logged.filter((list) => list.data.num.some((num) => num > 0));
      const look = {
        ...size,
        mode: Object.hasOwn(tb.histogramViews, mode) ? mode : "ridges",
        log,
        step: tb.steps.chosen(null),
        steps: spanOf(logged.flatMap(({ data }) => [data.step[0], data.step.at(-1)])),
        theme: document.documentElement.dataset.theme,
        choose: (step) => tb.view.set({ image_step: String(step) }),
      };
      const all = spanOf(filled.flatMap((list) => valuesOf(list, look)));
      this.cards.get(JOINED)?.show(this.lists(), { ...look, range: all });
      for (const [id, card] of this.cards) {
        if (id === JOINED) continue;
        const list = this.runs.includes(id) ? tb.histograms.list(id, this.tag) : null;
        card.show(list, { ...look, range: shared || !filled.includes(list) ? all : spanOf(valuesOf(list, look)) });
      }
    }

    drop() {
      inView.unobserve(this.element);
      for (const card of this.cards.values()) card.drop();
      this.element.remove();
    }
  }

  /* The values that a card has to show: of all its steps, or of the one that is shown. */
  function valuesOf({ data }, { mode, step }) {
    if (mode !== "step") return [data.edges[0], data.edges.at(-1)];
    const place = step === null ? data.step.length - 1 : Math.max(0, tb.media.placeAt(data.step, step));
    const [low, high] = [data.quantiles[place][0], data.quantiles[place].at(-1)];
    if (low < high) return [low, high];
    const width = (data.edges.at(-1) - data.edges[0]) / 2; // a single value stands in the middle
    return Number.isFinite(low) ? [low - width, low + width] : [];
  }

  /* Outlines at one step and quantiles can lie on each other, all else stands beside each other. */
  function isJoined(runs) {
    const { histogram_mode: mode, histogram_together: together } = tb.view.get();
    return together && runs.length > 1 && Object.hasOwn(tb.joinedViews, mode);
  }

  const spanOf = (values) => (values.length ? [Math.min(...values), Math.max(...values)] : [0, 1]);

  function groupElement(name) {
    if (!groups.has(name)) {
      const count = make("span", { class: "quiet" });
      const head = make("button", { class: "section-head", type: "button", "data-act": "histogram-fold", "data-name": name }, make("span", { class: "caret", "aria-hidden": "true" }), make("span", { text: name }), count);
      const grid = make("div", { class: "histogram-group" });
      groups.set(name, { head, count, grid, element: make("section", { class: "section", "data-name": name }, make("h2", {}, head), grid) });
    }
    return groups.get(name);
  }

  /* Put each shown tag's block into its group; tags of folded groups have none. */
  function layOut(entries, size) {
    const byGroup = new Map();
    for (const { tag } of entries) {
      if (!byGroup.has(groupOf(tag))) byGroup.set(groupOf(tag), []);
      byGroup.get(groupOf(tag)).push(tag);
    }
    const names = [...byGroup.keys()].sort((a, b) => (a === "other") - (b === "other"));
    const open = new Set();
    for (const name of names) {
      const { head, count, grid } = groupElement(name);
      const folded = tb.view.get().histogram_closed.includes(name);
      head.setAttribute("aria-expanded", String(!folded));
      count.textContent = format.integer(byGroup.get(name).length);
      grid.hidden = folded;
      grid.style.gridTemplateColumns = `repeat(${size.columns}, minmax(0, 1fr))`;
      const tags = folded ? [] : byGroup.get(name);
      for (const tag of tags) if (!blocks.has(tag)) blocks.set(tag, new Block(tag));
      tb.setChildren(grid, tags.map((tag) => blocks.get(tag).element));
      tags.forEach((tag) => open.add(tag));
    }
    for (const [tag, block] of blocks) {
      if (open.has(tag)) continue;
      block.drop();
      blocks.delete(tag);
    }
    return names.map((name) => groups.get(name).element);
  }

  function later() {
    if (!frame) frame = requestAnimationFrame(render);
  }

  function render() {
    frame = 0;
    const place = document.getElementById("histograms");
    if (!place || !onPage()) return;
    const entries = shownTags();
    const runs = runsOf(entries);
    const size = measure(place);
    const sections = layOut(entries, size);
    tb.setChildren(place, sections.length ? sections : [empty()]);
    for (const entry of entries) blocks.get(entry.tag)?.show(entry, runs, size);
    showOptions(tb.view.get().histogram_mode);
    if (!stepper) document.getElementById("histogram-steps").append((stepper = new tb.steps.Stepper(null)).element);
    stepper.show();
  }

  /* Settings are there where what is drawn answers to them. */
  function showOptions(mode) {
    tb.options.answer(document.querySelector("#page-histograms .toolbar"), { counts: mode !== "quantiles", together: mode === "quantiles" || mode === "step" });
  }

  function empty() {
    const none = tb.nothing.runs();
    if (none) return none;
    const logged = tb.live.tags().filter(isShown).length;
    if (logged) return tb.nothing.found(logged, "histogram tags", tb.view.get().histogram_tags);
    return tb.nothing.logged(
      "The picked runs have logged no histograms",
      "Log the values of a layer, or keep the calls that the training has: logs of other tools are read as well.",
      'run.log_histogram("layer1/weight", layer1.weight, step=step)',
      'writer.add_histogram("layer1/weight", layer1.weight, step)  # SummaryWriter',
    );
  }

  /* Steps are gathered anew where lists or tags changed, not while a person leafs through them. */
  function renew() {
    steps = null;
    later();
  }

  tb.view.onChange((view, changed) => {
    if (changed.some((name) => ["page", "runs", "histogram_tags", "histogram_closed"].includes(name))) renew();
    else if (changed.some((name) => name === "image_step" || name.startsWith("histogram_"))) later();
  });
  tb.live.on("tags", renew);
  tb.live.on("runs", later);
  tb.histograms.onNews(renew);
  addEventListener("resize", later);
  document.addEventListener("tb-theme", later);
  tb.actions["histogram-fold"] = ({ dataset: { name } }) => {
    const { histogram_closed: closed } = tb.view.get();
    tb.view.set({ histogram_closed: closed.includes(name) ? closed.filter((other) => other !== name) : [...closed, name] });
  };

  tb.keys.extra.push(["↑ ↓", "histograms: through the buckets of the focused card"]);
  tb.steps.pages.histograms = stepsOfAll;
})(window.tailboard);
