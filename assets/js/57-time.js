/* The time page: a card for each run that measured its time, a legend, and who did not. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const SIZES = ["s", "m", "l"];
  const FIRST = ["data", "transfer", "step"]; // parts in the order in which they are stacked, those of a training's own between
  const LAST = ["evaluation", "checkpoint", "other"];
  const cards = new Map(); // run -> card
  let grid = null;
  let others = null;
  let legendFor = "";
  let frame = 0;

  const onPage = () => tb.view.get().page === "time";

  function later() {
    if (!frame) frame = requestAnimationFrame(render);
  }

  function render() {
    frame = 0;
    const place = document.getElementById("time");
    if (!place || !onPage()) return;
    const { measured, others: without } = tb.time.runs();
    const none = measured.length ? null : empty();
    showLegend(none ? [] : measured);
    if (none) return tb.setChildren(place, [none]);
    if (!grid) build();
    if (grid.parentElement !== place) place.replaceChildren(grid, others);
    showCards(measured);
    others.textContent = without.length ? `Not measured: ${without.map((id) => tb.runs.title(id)).join(", ")}. Their loops were not followed by run.track(loader).` : "";
    return undefined;
  }

  function build() {
    grid = make("div", { class: "time-grid" });
    others = make("p", { class: "time-others quiet" });
    new ResizeObserver(later).observe(grid);
  }

  function showCards(ids) {
    const view = tb.view.get();
    const size = SIZES.includes(view.time_size) ? view.time_size : "m";
    const span = tb.time.spanOf(view);
    const found = ids.map((id) => [id, tb.time.want(id, span)]);
    const tops = found.map(([, { data }]) => (data ? tb.time.heightOf(data) : 0));
    const shared = view.time_scale !== "own";
    const own = ownParts(found.map(([, one]) => one));
    grid.dataset.size = size;
    for (const [id, card] of cards) {
      if (ids.includes(id)) continue;
      card.drop();
      cards.delete(id);
    }
    for (const id of ids) if (!cards.has(id)) cards.set(id, new tb.time.Card(id));
    tb.setChildren(grid, ids.map((id) => cards.get(id).element));
    found.forEach(([id, one], i) => cards.get(id).show(one, { top: shared ? Math.max(...tops) : tops[i], own, size, whole: span === "all" }));
  }

  const ownParts = (all) => [...new Set(all.flatMap(({ data }) => data?.parts || []))].filter((part) => !tb.time.isKnown(part)).sort();

  function showLegend(ids) {
    const all = ids.map((id) => tb.time.want(id, tb.time.spanOf(tb.view.get())));
    const own = ownParts(all);
    const there = new Set(all.flatMap(({ data }) => data?.parts || []));
    const parts = [...FIRST, ...own, ...LAST].filter((part) => there.has(part));
    const key = JSON.stringify([parts, document.documentElement.dataset.theme]);
    if (key === legendFor) return;
    legendFor = key;
    document.getElementById("time-legend").replaceChildren(...parts.map((part) => make("span", {}, tb.time.swatch(part, own), tb.time.nameOf(part))));
  }

  function empty() {
    return tb.nothing.runs() || tb.nothing.logged(
      "The picked runs have not measured their time",
      "Let the run follow the loop, and what its time goes into is here:",
      "for batch in run.track(loader, epochs=10):",
      "    train(batch)",
    );
  }

  tb.view.onChange((view, changed) => {
    if (changed.some((name) => ["page", "runs"].includes(name) || name.startsWith("time_"))) later();
  });
  tb.live.on("tags", later);
  tb.live.on("runs", later);
  tb.time.onNews(later);
  addEventListener("resize", later);
  document.addEventListener("tb-theme", later);
  document.addEventListener("tb-colours", later);
  tb.keys.extra.push(["← →", "time: from column to column of the focused chart; Home and End, the first and the last"]);
})(window.tailboard);
