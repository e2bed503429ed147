/* The media page: a section per tag, in it a cell per picked run, all at one step. */
(function (tb) {
  "use strict";
  const KEEP_NEAR = "600px 0px";
  const WARM_AFTER_MS = 120; // resting on a step for so long loads its neighbours
  const sections = new Map(); // key of its entry -> tb.Section
  const steps = new Map(); // tag or null -> ascending steps, until something new is known
  let frame = 0;
  let warming = 0;
  let stepper = null; // of all tags

  const inView = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) sections.get(target.dataset.key)?.setNear(isIntersecting);
      later();
    },
    { rootMargin: KEEP_NEAR },
  );

  const onPage = () => tb.view.get().page === "images";
  const isShown = (entry) => tb.known.kinds[entry.kind]?.page === "images";
  const PICTURES = ["image", "figure"]; // kinds that share a section where runs logged both under one tag

  /** What the picked runs logged for this page: an entry for each tag, with a `key` and the `title` of its section. */
  function loggedTags() {
    const byKey = new Map();
    for (const entry of tb.meshTags(tb.live.tags().filter(isShown))) {
      const key = PICTURES.includes(entry.kind) ? entry.tag : `${entry.kind}\n${entry.tag}`;
      const first = byKey.get(key);
      byKey.set(key, first ? { ...first, runs: [...new Set([...first.runs, ...entry.runs])] } : { title: entry.tag, ...entry, key });
    }
    return [...byKey.values()];
  }

  /** Those of the chosen kind that the filter lets through. */
  function shownTags() {
    const { image_tags: filter, media_kind: kind } = tb.view.get();
    const match = tb.matcher(filter);
    return loggedTags().filter((entry) => (!kind || entry.kind === kind) && match(entry.tag));
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

  /* Width for a row of cells, in pixels. */
  function roomIn(place) {
    const style = getComputedStyle(place);
    return place.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
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
    for (const [key, section] of sections) {
      if (entries.some((entry) => entry.key === key)) continue;
      section.drop();
      sections.delete(key);
    }
    for (const entry of entries) if (!sections.has(entry.key)) sections.set(entry.key, new tb.Section(entry, inView));
    tb.setChildren(place, entries.length ? entries.map((entry) => sections.get(entry.key).element) : [empty()]);
    if (entries.length) {
      const room = roomIn(place);
      for (const entry of entries) sections.get(entry.key).show(entry, runs, room);
    }
    showBar(entries);
    tb.enlarged.show();
    clearTimeout(warming);
    warming = setTimeout(warmNear, WARM_AFTER_MS);
  }

  function showBar(entries) {
    const bar = document.getElementById("gallery-steps");
    if (!stepper) bar.append((stepper = new tb.steps.Stepper(null)).element);
    stepper.show();
    tb.kindChips.show(document.getElementById("gallery-kinds"), new Set(loggedTags().map((entry) => entry.kind)));
    const pictures = !entries.length || entries.some((entry) => PICTURES.includes(entry.kind));
    document.getElementById("gallery-looks").hidden = !pictures;
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
    const none = tb.nothing.runs();
    if (none) return none;
    const { media_kind: kind, image_tags: filter } = tb.view.get();
    const logged = loggedTags().filter((entry) => !kind || entry.kind === kind).length;
    if (!logged) return tb.kindChips.howToLog(kind);
    const what = kind ? tb.known.kinds[kind].title.toLowerCase() : "tags";
    return tb.nothing.found(logged, what, filter);
  }

  /* The steps are gathered anew where lists or tags changed, not at every tick or while a person leafs through them. */
  function renew() {
    steps.clear();
    later();
  }

  const SETS = ["page", "runs", "image_tags", "media_kind"];
  tb.view.onChange((view, changed) => {
    if (changed.some((name) => SETS.includes(name))) renew();
    else later();
  });
  tb.live.on("tags", renew);
  tb.live.on("runs", later);
  tb.media.onList(renew);
  addEventListener("resize", later);
  document.addEventListener("tb-theme", later);
  tb.actions["look-reset"] = () => tb.view.set({ brightness: 1, contrast: 1 });

  tb.steps.pages.images = stepsOf;
  tb.gallery = { entries: shownTags, entry: (tag) => loggedTags().find((entry) => entry.tag === tag), columns: () => columnsOf(shownTags()), later };
})(window.tailboard);
