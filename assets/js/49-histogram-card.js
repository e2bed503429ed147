/* One run's histograms of one tag: a card with the run's name, a drawing that answers the pointer and keys, or words. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const NARROW_PX = 230; // below, the note goes under the run's name
  const LEVELS = ["smallest", "5 %", "25 %", "median", "75 %", "95 %", "largest"];
  const GAP_PX = 14; // between pointer and tooltip

  const CUT_WORDS = "So many steps have a peak of more than three times the middle one: it is drawn lower, or all others would be flat.";

  const overlay = () => document.getElementById("overlay");

  /* The drawer of this kind: draws `data` in the mode that `look` names, and tells what lies under pointer or keys. */
  class Distribution {
    constructor(box) {
      this.canvas = make("canvas", { class: "histogram", tabindex: "0", role: "img" });
      this.said = make("output", { class: "unseen", "aria-live": "polite" });
      this.at = null; // {place, bucket} that is told of
      box.replaceChildren(this.canvas, this.said);
      this.canvas.addEventListener("pointermove", (event) => this.point(event));
      this.canvas.addEventListener("pointerleave", () => this.hide());
      this.canvas.addEventListener("blur", () => this.hide());
      this.canvas.addEventListener("click", () => this.choose());
      this.canvas.addEventListener("keydown", (event) => this.press(event));
    }

    show(data, look) {
      Object.assign(this, { data, look });
      this.view = tb.histogramViews[look.mode](this.canvas, data, look);
      this.canvas.setAttribute("aria-label", this.label());
      if (this.at && overlay().firstChild?.owner === this) this.tell();
    }

    label() {
      const { data, look } = this;
      if (look.mode === "step") return `${look.words}: histogram at step ${format.integer(data.step)}`;
      const [first, last] = [data.step[0], data.step.at(-1)].map(format.integer);
      return `${look.words}: ${look.mode} over ${data.step.length} steps, ${first} to ${last}`;
    }

    point(event) {
      const frame = this.canvas.getBoundingClientRect();
      this.at = this.view.find(event.clientX - frame.left, event.clientY - frame.top);
      if (this.at) this.tell(event.clientX, event.clientY);
      else this.hide();
    }

    /* ↑ and ↓ go through the buckets of the step that is shown; Enter is a click. */
    press(event) {
      const moves = { ArrowUp: 1, ArrowDown: -1 };
      if (event.key === "Enter") this.choose();
      if (!(event.key in moves)) return;
      event.preventDefault();
      const last = this.view.count - 1;
      const bucket = this.at ? Math.min(Math.max(this.at.bucket + moves[event.key], 0), last) : last >> 1;
      this.at = { place: this.look.mode === "step" ? 0 : this.look.chosen, bucket };
      this.tell();
      const rows = [...overlay().firstChild.children].map(({ children: [name, text] }) => `${name.textContent} ${text.textContent}`);
      this.said.textContent = rows.join(", ");
    }

    /* The step under the pointer becomes the one that is shown. */
    choose() {
      if (this.at && this.look.mode !== "step") this.look.choose(this.data.step[this.at.place]);
    }

    tell(x, y) {
      if (x === undefined) {
        const frame = this.canvas.getBoundingClientRect();
        const [atX, atY] = this.view.spot(this.at);
        [x, y] = [frame.left + atX, frame.top + atY];
      }
      const tooltip = make("div", { class: "tooltip histogram-tooltip" }, ...this.words());
      tooltip.owner = this;
      overlay().replaceChildren(tooltip);
      const { offsetWidth: width, offsetHeight: height } = tooltip;
      const left = x + GAP_PX + width > innerWidth - 8 ? x - GAP_PX - width : x + GAP_PX;
      tooltip.style.transform = `translate(${Math.max(8, left)}px, ${Math.min(Math.max(8, y - height - 4), innerHeight - height - 8)}px)`;
    }

    words() {
      const { place, bucket } = this.at;
      const { data, look } = this;
      const row = (name, text) => make("div", {}, make("span", { class: "quiet", text: name }), make("span", { text }));
      if (look.mode === "step") return this.ofBar(this.view.bars[Math.min(bucket, this.view.bars.length - 1)], row);
      const head = row("step", format.integer(data.step[place]));
      const total = row("values", format.number(data.num[place]));
      if (look.mode === "quantiles") return [head, ...data.quantiles[place].map((value, i) => row(LEVELS[i], format.number(value))).reverse(), total];
      const count = data.counts[place][bucket];
      return [head, row("from", format.number(data.edges[bucket])), row("to", format.number(data.edges[bucket + 1])), row("about", `${format.number(count)} of ${format.number(data.num[place])}`)];
    }

    ofBar(bar, row) {
      const total = this.data.counts.reduce((sum, count) => sum + count, 0);
      const exact = Number.isInteger(bar.count) ? format.integer(bar.count) : format.number(bar.count);
      const share = `${((100 * bar.count) / total).toPrecision(3)} %`;
      const rows = [row("step", format.integer(this.data.step)), row("from", format.number(bar.low)), row("to", format.number(bar.high))];
      return [...rows, row("count", exact), row("share", share), ...(bar.of > 1 ? [row("buckets", format.integer(bar.of))] : [])];
    }

    hide() {
      if (overlay().firstChild?.owner === this) overlay().replaceChildren();
      this.at = null;
    }

    drop() {
      this.hide();
      this.canvas.remove();
      this.said.remove();
    }
  }

  class Card {
    /** Height of a whole card around a drawing of this size, known before there is one. */
    static height({ width, height }) {
      return height + (width < NARROW_PX ? 40 : 26) + 8; // header, padding and border: see 30-images.css
    }

    constructor(run, tag) {
      Object.assign(this, { run, tag, drawing: null, drawn: "" });
      this.note = make("span", { class: "cell-note quiet" });
      this.name = make("span", { class: "cell-run", title: run });
      this.head = make("header", {}, make("span", { class: "cell-swatch" }), this.name, this.note);
      this.media = make("div", { class: "cell-media" });
      this.words = make("p", { class: "cell-words" });
      this.box = make("div", { class: "cell-box" }, this.media, this.words);
      this.element = make("article", { class: "cell", "data-run": run, "aria-label": `${tag} of ${run}` }, this.head, this.box);
    }

    /** Draw what `list` (null: this run has no such tag) holds, as `look` says. */
    show(list, look) {
      const run = tb.live.runs.get(this.run);
      if (this.slot !== run.slot) this.head.firstChild.replaceChildren(tb.runs.swatch(run));
      this.slot = run.slot;
      this.element.style.setProperty("--run", tb.runs.colour(run));
      this.name.textContent = tb.runs.title(this.run).split("/").at(-1);
      this.element.classList.toggle("narrow", look.width < NARROW_PX);
      const steps = list?.data?.step || [];
      const chosen = look.step === null ? steps.length - 1 : tb.media.placeAt(steps, look.step);
      const shown = this.pick(list, look, steps, chosen);
      this.note.textContent = noteOf(list, look, steps[chosen] ?? null);
      this.note.title = this.note.textContent.includes("cut off") ? CUT_WORDS : "";
      this.words.textContent = shown.words;
      this.words.hidden = !shown.words;
      this.words.classList.toggle("cell-error", Boolean(shown.error));
      this.box.classList.toggle("loading", Boolean(shown.loading));
      this.media.hidden = Boolean(shown.words);
      if (shown.data) this.draw(shown.data, { ...look, chosen, marked: look.step === null ? null : chosen });
      else if (shown.words) this.rest();
    }

    /* What to draw, or words in its place; while one step is on its way, what was drawn stays. */
    pick(list, look, steps, chosen) {
      if (!list) return { words: "Not logged by this run." };
      if (!list.data) return list.error ? { words: list.error, error: true } : { words: "", loading: true };
      if (!steps.length) return { words: "Nothing logged yet." };
      if (!list.data.num.some((num) => num > 0)) return { words: list.data.message || "These histograms are empty: no value was counted." };
      if (look.mode !== "step") return { words: "", data: list.data };
      if (chosen < 0) return { words: `Nothing up to step ${format.integer(look.step)}: the first is at step ${format.integer(steps[0])}.` };
      const exact = tb.histograms.exact(this.run, this.tag, list.data.at[chosen], steps[chosen]);
      if (exact.error) return { words: exact.error, error: true };
      if (!exact.data) return { words: "", loading: !this.drawing };
      return exact.data.counts.length ? { words: "", data: exact.data } : { words: exact.data.message || "No value was counted at this step." };
    }

    draw(data, look) {
      const { choose, ...rest } = look;
      const key = JSON.stringify([rest, this.slot, data.step, data.total, data.at, window.devicePixelRatio]);
      if (this.drawing && key === this.drawn && data === this.drawing.data) return;
      this.drawing = this.drawing || tb.drawers[tb.known.kinds.histogram.panel].make(this.media);
      this.drawing.show(data, { ...rest, choose, words: this.element.getAttribute("aria-label") });
      this.drawn = key;
    }

    /** Let go of what is drawn while nobody is near; the box keeps its size. */
    rest() {
      this.drawing?.drop();
      this.drawing = null;
    }

    drop() {
      this.rest();
      this.element.remove();
    }
  }

  function noteOf(list, look, step) {
    if (!list?.data || step === null) return "";
    if (look.mode === "step") return tb.cellNote(look.step, step);
    const { total, step: steps } = list.data;
    const cut = look.mode === "quantiles" ? 0 : tb.histogramCut(list.data);
    const shown = steps.length < total ? `${steps.length} of ${format.short(total)} steps` : `${steps.length} ${steps.length === 1 ? "step" : "steps"}`;
    return cut ? `${shown}, ${cut} cut off` : shown;
  }

  document.addEventListener("scroll", () => overlay()?.querySelector(".histogram-tooltip")?.owner.hide(), { passive: true });
  tb.drawers.histogram = { height: (shape, width) => Math.round(Math.min(width * 0.68, 420)), make: (box) => new Distribution(box) };
  tb.HistogramCard = Card;
})(window.tailboard);
