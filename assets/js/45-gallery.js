/* The images page: a section per tag, in it a cell per picked run, all at one step. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const SIZES_PX = { s: 150, m: 240, l: 380, xl: 600 };
  const GAP_PX = 8;
  const CELL_FRAME_PX = 2 * 7; // border and padding of a cell
  const KEEP_NEAR = "600px 0px";
  const WARM_AFTER_MS = 120; // resting on a step for so long loads its neighbours
  const sections = new Map(); // tag -> Section
  const steps = new Map(); // tag or null -> ascending steps, until something new is known
  let frame = 0;
  let warming = 0;
  let stepper = null; // of all tags

  const inView = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) sections.get(target.dataset.tag)?.setNear(isIntersecting);
      later();
    },
    { rootMargin: KEEP_NEAR },
  );

  const onPage = () => tb.view.get().page === "images";
  const isShown = (entry) => tb.known.kinds[entry.kind]?.page === "images";

  /** Tags of the picked runs that this page shows and the filter lets through. */
  function shownTags() {
    const match = tb.matcher(tb.view.get().image_tags);
    const byTag = new Map(); // two kinds under one tag share a section
    for (const entry of tb.live.tags()) {
      if (!isShown(entry) || !match(entry.tag)) continue;
      const first = byTag.get(entry.tag);
      byTag.set(entry.tag, first ? { ...first, runs: [...new Set([...first.runs, ...entry.runs])] } : entry);
    }
    return [...byTag.values()];
  }

  /** The picked runs that logged any of these tags: a column for each, in the same order in every section. */
  function columnsOf(entries) {
    const logged = new Set(entries.flatMap((entry) => entry.runs));
    return tb.live.picked().filter((id) => logged.has(id));
  }

  /** All steps known of a tag over the picked runs, ascending; of all shown tags for null. */
  function stepsOf(tag) {
    if (!steps.has(tag)) {
      const all = new Set();
      for (const section of sections.values()) {
        if (tag !== null && section.tag !== tag) continue;
        for (const list of section.lists()) list.steps.forEach((step) => all.add(step));
      }
      steps.set(tag, [...all].sort((a, b) => a - b));
    }
    return steps.get(tag);
  }

  /* How wide a cell is, so that all sections have the same columns. */
  function measure(place) {
    const style = getComputedStyle(place);
    const width = place.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const wanted = Math.min(SIZES_PX[tb.view.get().image_size] || SIZES_PX.m, width);
    const columns = Math.max(1, Math.floor((width + GAP_PX) / (wanted + GAP_PX)));
    return { columns, inner: Math.floor((width - (columns - 1) * GAP_PX) / columns) - CELL_FRAME_PX };
  }

  class Section {
    constructor(entry) {
      this.tag = entry.tag;
      this.entry = entry;
      this.near = false;
      this.cells = new Map(); // run id -> tb.Cell
      this.stepper = new tb.steps.Stepper(this.tag);
      const parts = this.tag.split("/");
      const path = make("span", { class: "quiet", text: parts.slice(0, -1).map((part) => part + "/").join("") });
      const title = make("h2", { title: this.tag }, path, parts.at(-1));
      this.grid = make("div", { class: "cells" });
      this.element = make("section", { class: "gallery-tag", "data-tag": this.tag, "aria-label": this.tag }, make("header", {}, title, this.stepper.element), this.grid);
      inView.observe(this.element);
    }

    setNear(near) {
      this.near = near;
      if (!near && !this.element.contains(document.activeElement)) for (const cell of this.cells.values()) cell.rest();
    }

    lists() {
      return this.entry.runs.filter((run) => tb.live.runs.has(run)).map((run) => tb.media.list(run, this.tag));
    }

    show(entry, runs, { columns, inner }) {
      this.entry = entry;
      if (!this.near) return;
      this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
      for (const [id, cell] of this.cells) {
        if (runs.includes(id)) continue;
        cell.drop();
        this.cells.delete(id);
      }
      for (const id of runs) if (!this.cells.has(id)) this.cells.set(id, new tb.Cell(id, this.tag, entry.kind));
      tb.setChildren(this.grid, runs.map((id) => this.cells.get(id).element));
      this.draw(inner);
      this.stepper.show();
    }

    draw(inner) {
      const runs = this.entry.runs.filter((id) => this.cells.has(id));
      const lists = runs.map((id) => tb.media.want(id, this.tag));
      if (lists.some((list) => list.loaded)) this.shape = tb.shapeOf(lists);
      const step = tb.steps.chosen(this.tag);
      for (const [id, cell] of this.cells) cell.show(runs.includes(id) ? tb.media.list(id, this.tag) : null, step, this.shape, inner);
    }

    drop() {
      inView.unobserve(this.element);
      for (const cell of this.cells.values()) cell.drop();
      this.stepper.drop();
      this.element.remove();
    }
  }

  function later() {
    if (!frame) frame = requestAnimationFrame(render);
  }

  function render() {
    frame = 0;
    const place = document.getElementById("gallery");
    if (!place || !onPage()) return;
    const entries = shownTags();
    const runs = columnsOf(entries);
    for (const [tag, section] of sections) {
      if (entries.some((entry) => entry.tag === tag)) continue;
      section.drop();
      sections.delete(tag);
    }
    for (const entry of entries) if (!sections.has(entry.tag)) sections.set(entry.tag, new Section(entry));
    tb.setChildren(place, entries.length ? entries.map((entry) => sections.get(entry.tag).element) : [empty()]);
    if (entries.length) {
      const size = measure(place);
      for (const entry of entries) sections.get(entry.tag).show(entry, runs, size);
    }
    showBar();
    tb.enlarged.show();
    clearTimeout(warming);
    warming = setTimeout(warmNear, WARM_AFTER_MS);
  }

  function showBar() {
    const bar = document.getElementById("gallery-steps");
    if (!stepper) bar.append((stepper = new tb.steps.Stepper(null)).element);
    stepper.show();
    const { brightness, contrast } = tb.view.get();
    const plain = brightness === 1 && contrast === 1;
    document.documentElement.style.setProperty("--look", plain ? "none" : `brightness(${brightness}) contrast(${contrast})`);
    document.querySelector('[data-act="look-reset"]').disabled = plain;
  }

  function warmNear() {
    const near = [...sections.values()].filter((section) => section.near);
    tb.media.warmUp(near.flatMap((section) => section.lists().map((list) => [list, tb.steps.chosen(section.tag)])));
  }

  function empty() {
    if (!tb.live.order().length) return tb.firstSteps();
    if (!tb.live.picked().length) return make("p", { class: "empty", text: "No run is picked. Tick runs in the list, or press “newest 10”." });
    const logged = tb.live.tags().filter(isShown).length;
    if (!logged) return howToLog();
    return make("p", { class: "empty", text: `None of the ${format.integer(logged)} image tags of these runs matches the filter “${tb.view.get().image_tags}”.` });
  }

  function howToLog() {
    const code = [
      'run.log_image("val/sample", image, step=step, caption="cat 0.93")  # array, tensor, PIL image or path',
      'run.log_images("val/predictions", images, step=step, captions=words)',
      'run.log_figure("val/confusion", figure, step=step)  # Matplotlib or Plotly',
    ].join("\n");
    return make(
      "div",
      { class: "empty first" },
      make("h2", { text: "The picked runs have logged no images" }),
      make("p", { text: "One line logs some; they appear here by themselves:" }),
      make("pre", {}, make("code", { text: code })),
    );
  }

  /* The steps are gathered anew where lists or tags changed, not at every tick or while a person leafs through them. */
  function renew() {
    steps.clear();
    later();
  }

  const SETS = ["page", "runs", "image_tags"];
  const LOOKS = ["image_step", "image_steps", "image_size", "image_pixels", "image_open", "brightness", "contrast", "captions"];
  tb.view.onChange((view, changed) => {
    if (changed.some((name) => SETS.includes(name))) renew();
    else if (changed.some((name) => LOOKS.includes(name))) later();
  });
  tb.live.on("tags", renew);
  tb.live.on("runs", later);
  tb.media.onList(renew);
  addEventListener("resize", later);
  document.addEventListener("tb-theme", later);
  tb.actions["look-reset"] = () => tb.view.set({ brightness: 1, contrast: 1 });

  /* The tag under the keyboard's focus, or null. */
  const focused = () => document.activeElement?.closest?.(".gallery-tag")?.dataset.tag ?? null;
  const KEYS = {
    ArrowLeft: (tag) => tb.steps.go(tag, -1),
    ArrowRight: (tag) => tb.steps.go(tag, 1),
    Home: (tag) => tb.steps.goTo(tag, 0),
    End: (tag) => tb.steps.goTo(tag, Infinity),
  };
  document.addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (!act || !onPage() || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.matches("input, textarea, select, audio, [role=slider], [role=combobox], [role=radio]")) return;
    if (document.querySelector(".dialog, .enlarged-picture")) return;
    event.preventDefault();
    tb.steps.stop();
    act(tb.steps.owner(focused()));
  });
  tb.keys.extra.push(["← →", "images: step back and on; Home, End: first, latest"]);

  tb.steps.pages.images = stepsOf;
  tb.gallery = { entry: (tag) => shownTags().find((entry) => entry.tag === tag), columns: () => columnsOf(shownTags()), later };
})(window.tailboard);
