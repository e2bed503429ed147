/* The histogram of one cell, beside the heat maps: bars, what is known of its values, quantiles. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const QUANTILES = ["smallest", "5 %", "25 %", "median", "75 %", "95 %", "largest"];
  const FACTS = [["mean", "mean"], ["std", "std. dev."], ["norm", "L2 norm"], ["rms", "RMS"], ["zeros", "zeros"]];
  const HEIGHT_PX = 200;

  class Panel {
    /** `close()` is called by its button. */
    constructor(close) {
      this.title = make("h3", { class: "layers-tag" });
      this.shut = make("button", { class: "icon small", type: "button", title: "Close (Esc)", "aria-label": "Close", text: "×" });
      this.shut.addEventListener("click", close);
      this.run = make("div", { class: "layers-run" });
      this.box = make("div", { class: "cell-media" });
      this.words = make("p", { class: "cell-words" });
      this.facts = make("div", { class: "layers-facts" });
      this.over = make("button", { class: "button", type: "button", text: "over all steps", title: "This tag on Histograms" });
      this.over.addEventListener("click", () => {
        const only = (tag) => `/^${tag.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$/`;
        if (tb.layers.scale.isWatched(this.stat)) tb.view.set({ page: "charts", tags: only(`watch/${this.stat}/${this.open.tag}`) });
        else tb.view.set({ page: "histograms", histogram_tags: only(this.open.tag) });
      });
      const head = make("header", {}, this.title, this.shut);
      this.element = make("aside", { class: "layers-panel", "aria-label": "Histogram of a cell", tabindex: "-1" }, head, this.run, this.box, this.words, this.facts, this.over);
      this.drawing = null;
    }

    /** Show the histogram of `open`, {tag, run}, at the column of `data` that `step` chooses. */
    show(open, data, step, state) {
      this.open = open;
      this.stat = state.stat;
      const isWatched = tb.layers.scale.isWatched(state.stat);
      this.element.setAttribute("aria-label", isWatched ? "Course of a layer" : "Histogram of a cell");
      this.over.textContent = isWatched ? "on Charts" : "over all steps";
      this.over.title = isWatched ? "This layer on Charts" : "This tag on Histograms";
      const cut = Math.max(open.tag.lastIndexOf("/"), open.tag.lastIndexOf(".")) + 1;
      this.title.replaceChildren(make("span", { class: "quiet", text: open.tag.slice(0, cut) }), open.tag.slice(cut));
      this.title.title = open.tag;
      this.element.style.setProperty("--run", tb.runs.colour(tb.live.runs.get(open.run)));
      const found = nearest(data, open.tag, step);
      const at = found ? ` at step ${format.integer(found.step)}` : "";
      const nearer = found && step !== null && found.step !== step ? ", the nearest before" : "";
      this.run.replaceChildren(tb.runs.swatch(tb.live.runs.get(open.run)), make("span", { text: tb.runs.title(open.run) }), make("span", { class: "quiet", text: at + nearer }));
      if (!data) return this.say("Loading…");
      if (!found) return this.say(`This run logged no such ${isWatched ? "layer" : "histogram"} up to this step.`);
      if (isWatched) return this.drawCourse(open, data, found, state);
      const exact = tb.histograms.exact(open.run, open.tag, found.at, found.step);
      if (exact.error) return this.say(exact.error);
      if (exact.data) this.draw(exact.data);
      else if (!this.drawing) this.say("Loading…");
      return undefined;
    }

    say(words) {
      this.rest();
      this.words.textContent = words;
      this.words.hidden = false;
      this.facts.replaceChildren();
    }

    draw(data) {
      if (!data.counts.length) {
        this.say(data.message || "No finite value was counted at this step.");
        this.facts.replaceChildren(...tables(data));
        return;
      }
      this.words.hidden = true;
      this.box.hidden = false;
      this.drawing = this.drawing || tb.drawers.histogram.make(this.box);
      const width = this.box.clientWidth;
      const [low, high] = [data.edges[0], data.edges.at(-1)];
      const half = Math.abs(low) / 10 || 0.5; // around a single value
      const range = low < high ? [low, high] : [low - half, low + half];
      this.drawing.show(data, { mode: "step", width, height: HEIGHT_PX, range, words: `${this.open.tag} of ${this.open.run}`, log: tb.view.get().histogram_log });
      this.facts.replaceChildren(...tables(data));
    }

    /* A watched layer over all steps that are drawn, and its numbers. */
    drawCourse(open, data, found, state) {
      this.drawing?.drop();
      this.drawing = null;
      this.words.hidden = true;
      this.box.hidden = false;
      if (!this.course?.isConnected) {
        this.course = make("canvas", { role: "img", class: "layers-course" });
        this.box.replaceChildren(this.course);
      }
      const values = data.values[data.rows.get(open.tag)];
      this.course.setAttribute("aria-label", `${state.words} of ${open.tag} over steps`);
      tb.layers.paintCourse(this.course, { step: data.step, values, logged: data.at[data.rows.get(open.tag)], at: found.step, log: state.log, healthy: state.stat === "update_ratio", width: this.box.clientWidth, height: HEIGHT_PX });
      const known = values.filter((value) => value !== null);
      const value = (number) => (number === null ? (found.nonfinite?.[0] ? "NaN" : found.nonfinite ? "infinite" : "–") : state.share ? `${(100 * number).toPrecision(4)} %` : tb.layers.full(number));
      const low = known.length ? Math.min(...known) : null;
      const high = known.length ? Math.max(...known) : null;
      const bad = data.at[data.rows.get(open.tag)].filter((at, i) => at >= 0 && values[i] === null).length;
      this.facts.replaceChildren(table("Facts", [row(state.words, value(found.value)), row("lowest", low === null ? "–" : value(low)), row("highest", high === null ? "–" : value(high)), row("steps not finite", format.integer(bad))]));
    }

    rest() {
      this.drawing?.drop();
      this.drawing = null;
      this.box.hidden = true;
    }
  }

  /* The newest item of a tag up to this step: the last one before it where that column has none. */
  function nearest(data, tag, step) {
    if (!data) return null;
    const last = step === null ? data.step.length - 1 : tb.media.placeAt(data.step, step);
    for (let column = last; column >= 0; column -= 1) {
      const cell = tb.layers.cell(data, tag, column);
      if (cell) return cell;
    }
    return null;
  }

  const row = (name, text) => make("tr", {}, make("th", { scope: "row", text: name }), make("td", { text }));
  const table = (name, rows) => make("table", { "aria-label": name }, make("tbody", {}, ...rows));

  function tables(data) {
    const told = data.statistics;
    const value = (name) => (told[name] === null ? "–" : name === "zeros" ? `${(100 * told[name]).toPrecision(4)} %` : tb.layers.full(told[name]));
    const guess = (name) => (told.estimated && name !== "zeros" ? " (estimated)" : "");
    const unknown = data.zeros === undefined && data.nan === undefined;
    const facts = [
      row("values", format.integer(told.num)),
      ...FACTS.map(([name, words]) => row(words, (name === "zeros" && data.zeros === undefined ? "not recorded" : value(name)) + guess(name))),
      row("not finite", unknown ? "not recorded" : tb.layers.badWords([data.nan || 0, data.inf || 0]) || "none"),
      row("buckets", format.integer(data.counts.length)),
    ];
    if (!data.counts.length) return [table("Facts", facts)];
    return [table("Facts", facts), table("Quantiles", data.quantiles.map((one, i) => row(QUANTILES[i], tb.layers.full(Number(one)))))];
  }

  tb.layers.Panel = Panel;
})(window.tailboard);
