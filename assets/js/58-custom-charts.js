/* Charts of several tags: composed by a training (`add_scalars`, `add_custom_scalars`), saved for everybody, or made by
   this person alone, and then kept in the address. Here is which there are, and what a panel shows of one. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const LOOK_EVERY_MS = 10_000; // for charts that somebody else saved
  const MOST_TAGS = 60; // that one chart draws
  const PATTERN = /[\\^$.*+?()[\]{}|]/;
  let saved = { charts: [], revision: "" };

  const nameOf = ({ category, title }) => JSON.stringify([category, title]);

  /** Charts that the picked runs logged; of one category and title the latest of each run, joined over runs. */
  function logged() {
    const picked = new Set(tb.live.picked());
    const joined = new Map();
    for (const entry of tb.live.tags()) {
      if (entry.kind !== "custom_scalars") continue;
      for (const run of entry.runs) if (picked.has(run)) join(joined, latest(tb.media.want(run, entry.tag)));
    }
    return [...joined.values()];
  }

  function latest(list) {
    const charts = new Map();
    for (const chart of list.items.flatMap((item) => item.meta?.charts || [])) {
      const before = charts.get(nameOf(chart));
      const adds = before && chart.source === "add_scalars"; // by several writers, each of which knows its own
      charts.set(nameOf(chart), adds ? both(before, chart) : chart);
    }
    return charts;
  }

  const both = (before, chart) => ({ ...chart, tags: [...new Set([...before.tags, ...chart.tags])] });

  function join(joined, charts) {
    for (const [name, chart] of charts) {
      const before = joined.get(name);
      const alike = before && before.form === "multiline" && chart.form === "multiline";
      joined.set(name, alike ? both(before, chart) : chart);
    }
  }

  /** Charts of this person, as the address has them. */
  const own = () => tb.view.get().own_charts.map(parse).filter(Boolean);

  function parse(text) {
    try {
      const [category, title, form, ...tags] = JSON.parse(text);
      return { category, title, form, tags };
    } catch (garbled) {
      return null; // an address that somebody cut
    }
  }

  /* --- what they draw --- */

  /** The tags among `known` that a name or pattern stands for. */
  function matched(pattern, known) {
    if (known.includes(pattern)) return [pattern];
    if (!PATTERN.test(pattern)) return [];
    try {
      const expression = new RegExp(`^(?:${pattern})$`);
      return known.filter((tag) => expression.test(tag));
    } catch (invalid) {
      return [];
    }
  }

  function tagsOf(chart, known) {
    const found = chart.tags.map((pattern) => matched(pattern, known));
    if (chart.form === "margin" && found.length >= 3 && found.every((tags) => tags.length)) return found.slice(0, 3).map(([tag]) => tag);
    return [...new Set(found.flat())].slice(0, MOST_TAGS);
  }

  /** Specs of all composed panels. `known`: the scalar tags of the picked runs. */
  function all(known) {
    const from = { logged: logged(), saved: saved.charts, own: own() };
    return Object.entries(from).flatMap(([source, charts]) => charts.map((chart) => specOf(source, chart, known)));
  }

  function specOf(source, chart, known) {
    const tags = tagsOf(chart, known);
    const together = chart.source === "add_scalars"; // in place of its tags' own panels
    return {
      key: `${source}:${nameOf(chart)}`,
      title: chart.title || "untitled",
      section: together ? chart.title.split("/")[0] : chart.category || "custom",
      form: chart.form === "margin" && tags.length === 3 ? "margin" : "multiline", // until all three are logged, lines
      tags,
      together,
      chart,
      source,
    };
  }

  /* --- in a panel --- */

  /** Whether this person may change the chart itself, not only make another one of it. */
  const isOurs = (source) => source === "own" || (source === "saved" && tb.known.write);

  /** Buttons of a composed panel beside those that every panel has. */
  function tools(spec) {
    if (spec.form === "single") return [];
    const hint = isOurs(spec.source) ? "Change this chart" : "Make a chart of this one";
    return [make("button", { class: "icon small icon-edit", type: "button", "data-act": "chart-edit", title: hint, "aria-label": hint })];
  }

  /** Name of a tag without the path that all tags of the chart share, for legends and tooltips. */
  function shortOf({ tags }, tag) {
    const paths = tags.map((one) => one.split("/"));
    const [first] = paths;
    let count = 0;
    while (paths.every((path) => path.length > count + 1 && path[count] === first[count])) count += 1;
    return tag.split("/").slice(count).join("/");
  }

  /** Which line is which tag, or that there is none yet. */
  function legend(panel) {
    const { chart, element } = panel;
    const place = element.querySelector(".panel-legend");
    if (!place) return;
    if (!chart.tags.length) tb.panelMarks.say(panel, "No picked run has logged a tag of this chart yet.");
    const [run] = chart.runs();
    const isBand = chart.form === "margin";
    const shown = JSON.stringify([chart.form, chart.tags, run && chart.tags.map((tag) => chart.styleOf({ run, tag }))]);
    if (place.dataset.shown === shown) return;
    place.dataset.shown = shown;
    place.classList.toggle("runs", chart.runs().length > 1);
    const named = chart.tags.map((tag) => {
      const sample = run && !isBand ? tb.runs.line(chart.styleOf({ run, tag })) : "";
      return make("span", { class: "panel-legend-tag", title: tag }, sample, shortOf(chart, tag));
    });
    if (isBand) place.replaceChildren(named[0], "within", named[1], "to", named[2]);
    else place.replaceChildren(...named);
  }

  /* --- what is saved for everybody --- */

  async function look() {
    try {
      take(await tb.wire.get("charts"));
    } catch (unreachable) {
      /* the live sign says so */
    }
  }

  function take(answer) {
    const isNew = answer.revision !== saved.revision;
    saved = answer;
    if (isNew) tb.panels.layOut();
  }

  look();
  setInterval(() => !document.hidden && tb.view.get().page === "charts" && look(), LOOK_EVERY_MS);
  const isLogged = (tag) => tb.live.tags().some((entry) => entry.kind === "custom_scalars" && entry.tag === tag);
  tb.media.onList((list) => isLogged(list.tag) && tb.panels.layOut());
  tb.view.onChange((view, changed) => changed.includes("own_charts") && tb.panels.layOut());

  tb.customCharts = { MOST_TAGS, all, own, saved: () => saved, take, look, nameOf, tagsOf, isOurs, tools, shortOf, legend };
})(window.tailboard);
