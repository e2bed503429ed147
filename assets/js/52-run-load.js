/* System load of the run that is shown: small charts, fed by the same live question as all others. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const charts = new Map(); // place -> LoadChart
  const inView = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) if (charts.has(target)) charts.get(target).near = isIntersecting;
      if (entries.some((entry) => entry.isIntersecting)) tb.live.ask();
    },
    { rootMargin: "300px 0px" },
  );

  class LoadChart extends tb.Chart {
    constructor(run, tag, element) {
      super([tag], element);
      this.run = run;
      this.near = false;
    }

    /** The run that is shown, picked or not. */
    ordered() {
      return this.series.has(this.run) && tb.live.runs.has(this.run) ? [this.series.get(this.run)] : [];
    }
  }

  function lay() {
    const places = new Set(document.querySelectorAll("#run-body .load"));
    for (const [place, chart] of charts) {
      if (places.has(place) && chart.run === place.dataset.run && chart.tags[0] === place.dataset.tag) continue;
      inView.unobserve(place);
      chart.purge();
      charts.delete(place);
    }
    for (const place of places) if (!charts.has(place)) charts.set(place, build(place));
  }

  function build(place) {
    const { run, tag } = place.dataset;
    const plot = make("div", { class: "plot", role: "img", "aria-label": `Chart of ${tag}` });
    place.replaceChildren(make("h3", { text: tag.replace(/^system\//, "") }), plot);
    inView.observe(place);
    return new LoadChart(run, tag, plot);
  }

  const shown = () => (tb.runPage.onPage() ? [...charts.values()].filter((chart) => chart.near) : []);
  const due = () => shown().filter((chart) => chart.dirty);

  async function drawDue() {
    if (!window.Plotly) return;
    for (const chart of due()) await chart.draw();
  }

  let asked = [];
  tb.live.addDrawer({
    questions() {
      asked = shown();
      return asked.flatMap((chart) => chart.questions(() => [chart.run], Math.max(60, Math.round(chart.element.clientWidth / 2))));
    },
    apply: (answers) => answers.map((answer, i) => asked[i].apply([answer])).some(Boolean),
    settled: drawDue,
  });
  function redraw() {
    for (const chart of charts.values()) chart.dirty = true;
    drawDue();
  }
  addEventListener("resize", redraw);
  document.addEventListener("tb-theme", redraw);
  document.addEventListener("tb-colours", redraw);
  tb.runLoad = { lay };
})(window.tailboard);
