/* The runs of one tag in one card, in their own colours: outlines at one step, or quantiles over steps. */
(function (tb) {
  "use strict";
  const { make, format } = tb;

  class JoinedCard {
    constructor(tag) {
      Object.assign(this, { tag, drawing: null, drawn: "" });
      this.note = make("span", { class: "cell-note quiet" });
      this.names = make("span", { class: "joined-names" });
      this.head = make("header", {}, this.names, this.note, tb.histogramTools(this));
      this.media = make("div", { class: "cell-media" });
      this.words = make("p", { class: "cell-words" });
      this.box = make("div", { class: "cell-box" }, this.media, this.words);
      this.element = make("article", { class: "cell joined", "data-run": "", "aria-label": tag }, this.head, this.box);
    }

    /** Draw what the lists of these runs hold, as `look` says. */
    show(lists, look) {
      this.runs = lists.map((list) => list.run);
      const known = lists.filter((list) => list.data?.num.some((num) => num > 0));
      const key = JSON.stringify(this.runs.map((id) => [id, tb.runs.colour(tb.live.runs.get(id)), tb.runs.title(id)]));
      if (key !== this.named) this.names.replaceChildren(...this.runs.map(nameOf));
      this.named = key;
      const series = look.mode === "step" ? known.map((list) => this.atStep(list, look.step)).filter(Boolean) : known.map((list) => this.seriesOf(list.run, list.data));
      const waits = lists.some((list) => !list.data && !list.error);
      const error = lists.find((list) => list.error)?.error || "";
      const words = series.length || waits ? "" : error || "No value was counted.";
      this.note.textContent = look.mode === "step" ? noteOf(series, look) : "median, 5 to 95 %";
      this.words.textContent = words;
      this.words.hidden = !words;
      this.box.classList.toggle("loading", waits && !this.drawing);
      this.media.hidden = Boolean(words);
      if (series.length) this.draw({ series }, look, key);
    }

    /* One run's buckets at the step that is shown; while they are on their way, what was there before. */
    atStep({ run, data }, step) {
      const place = step === null ? data.step.length - 1 : tb.media.placeAt(data.step, step);
      if (place < 0) return null;
      const exact = tb.histograms.exact(run, this.tag, data.at[place], data.step[place]);
      this.last = this.last || new Map();
      if (exact.data) this.last.set(run, exact.data);
      return this.last.has(run) && this.last.get(run).counts.length ? this.seriesOf(run, this.last.get(run)) : null;
    }

    /* A canvas wants the colour itself, as it is in force where the run's name stands. */
    seriesOf(id, data) {
      const pattern = tb.runs.dash(tb.live.runs.get(id));
      const colour = getComputedStyle(this.names.children[this.runs.indexOf(id)].firstChild).color;
      return { run: id, colour, dash: pattern === "solid" ? [] : pattern.split(",").map(parseFloat), data };
    }

    draw(data, look, names) {
      const key = JSON.stringify([look, names, data.series.map(({ run, data: { step, at } }) => [run, step, at]), window.devicePixelRatio]);
      if (this.drawing && key === this.drawn) return;
      this.drawing = this.drawing || new tb.JoinedDrawing(this.media);
      this.drawing.show(data, { ...look, words: this.tag });
      this.drawn = key;
    }

    downloads() {
      const file = (run) => `${tb.known.prefix}api/v1/histograms?${new URLSearchParams({ run, tag: this.tag, format: "csv" })}`;
      return this.runs.map((run) => [`CSV of ${tb.runs.title(run)}`, file(run)]);
    }

    rest() {
      this.drawing?.drop();
      this.drawing = null;
    }

    drop() {
      this.rest();
      this.element.remove();
    }
  }

  function nameOf(id) {
    const run = tb.live.runs.get(id);
    const name = make("span", { class: "joined-run", title: tb.runs.title(id) }, tb.runs.swatch(run), make("span", { text: tb.runs.title(id).split("/").at(-1) }));
    name.firstChild.style.color = tb.runs.colour(run);
    return name;
  }

  function noteOf(series, { step }) {
    const steps = [...new Set(series.map(({ data }) => data.step))];
    if (steps.length === 1) return tb.cellNote(step, steps[0]);
    return steps.length ? `steps ${format.short(Math.min(...steps))} to ${format.short(Math.max(...steps))}` : "";
  }

  tb.JoinedHistogramCard = JoinedCard;
})(window.tailboard);
