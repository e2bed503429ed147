/* The card of one run: its judgement, the parts over the steps, shares, rates. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const { duration, nameOf } = tb.time;
  const HEIGHTS = { s: 150, m: 200, l: 280 };
  const BAR_PX = 22;
  const SIGNS = { fine: "✓", warn: "⚠", critical: "⚠", unknown: "…" };
  const LEVELS = { fine: "fine", warn: "warning", critical: "critical", unknown: "" };
  const WHY = "Of the time of the steps that are shown, without evaluation, checkpoints and what lies between epochs, and without the first row, in which workers start. A warning from 10 %, critical from 20 %.";
  const overlay = () => document.getElementById("overlay");
  const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

  class Card {
    constructor(run) {
      Object.assign(this, { run, data: null, at: -1, painted: "" });
      this.head = make("h3", {});
      this.verdict = make("p", { class: "time-verdict", title: WHY });
      this.canvas = make("canvas", { class: "time-plot", tabindex: "0", role: "img" });
      this.words = make("p", { class: "cell-words" });
      this.note = make("span", { class: "quiet cell-note" });
      this.said = make("output", { class: "unseen", "aria-live": "polite" });
      this.bars = make("div", { class: "time-bars" });
      this.facts = make("dl", { class: "time-facts" });
      this.box = make("div", { class: "cell-box" }, this.canvas, this.words, this.said);
      this.element = make("article", { class: "cell time-card", "data-run": run }, make("header", {}, this.head, this.note), this.verdict, this.box, this.bars, this.facts);
      this.canvas.addEventListener("pointermove", (event) => this.point(event));
      this.canvas.addEventListener("pointerleave", () => this.hide());
      this.canvas.addEventListener("blur", () => this.hide());
      this.canvas.addEventListener("keydown", (event) => this.press(event));
    }

    /** Show what is known. `look`: {top, own, size, whole: whether all steps are drawn}. */
    show({ data, error }, look) {
      const run = tb.live.runs.get(this.run);
      Object.assign(this, { data, look });
      this.head.replaceChildren(tb.runs.swatch(run), make("bdi", { text: tb.runs.title(this.run) }));
      this.head.title = tb.runs.title(this.run);
      this.box.style.height = `${HEIGHTS[look.size]}px`;
      this.words.textContent = error || "";
      this.words.hidden = !error;
      this.box.classList.toggle("loading", !data && !error);
      this.canvas.hidden = !data;
      if (!data) return;
      this.showVerdict(data.verdict);
      this.showFacts(data, run);
      const key = JSON.stringify([look, this.element.clientWidth, window.devicePixelRatio, document.documentElement.dataset.theme]);
      if (key === this.painted && this.drawn === data) return;
      Object.assign(this, { painted: key, drawn: data, at: Math.min(this.at, data.columns.to.length - 1) });
      this.paint();
      this.showBars(data);
    }

    showVerdict({ level, words }) {
      this.verdict.className = `time-verdict time-${level}`;
      const begin = make("b", { text: `${SIGNS[level]} ${LEVELS[level]}` });
      this.verdict.replaceChildren(begin, ` ${words}`);
    }

    showFacts({ shown, left_s: left, whole }, run) {
      const { steps_per_s: steps, samples_per_s: samples, seconds } = shown;
      const spent = seconds.reduce((a, b) => a + b, 0);
      const running = run.state === "running";
      const facts = [
        ["steps/s while training", steps === null ? "–" : format.number(steps)],
        ["samples/s", samples === null ? "not known" : format.number(samples)],
        ["per step in all", shown.steps ? duration(spent / shown.steps) : "–"],
        ["measured", `${format.span(whole.seconds.reduce((a, b) => a + b, 0))}, ${format.integer(whole.steps)} steps`],
        ["time left", left !== null ? format.span(left) : running ? "not known" : run.state || "–"],
      ];
      const hints = { "not known": "Not known: run.track was not told epochs= or total=, or what a batch holds" };
      this.facts.replaceChildren(...facts.map(([name, value]) => make("div", {}, make("dt", { text: name }), make("dd", { text: value, title: hints[value] || "" }))));
    }

    showBars(data) {
      const wanted = [["all steps", data.whole], ...(this.look.whole ? [] : [[stepsOf(data.shown), data.shown]])];
      this.bars.replaceChildren(...wanted.flatMap(([name, sums]) => this.bar(name, sums, data.parts)));
      for (const canvas of this.bars.querySelectorAll("canvas")) {
        tb.time.drawShares(canvas, canvas.shares, { width: canvas.parentElement.clientWidth, height: BAR_PX, own: this.look.own });
      }
    }

    bar(name, { seconds }, parts) {
      const all = seconds.reduce((a, b) => a + b, 0) || 1;
      const shares = parts.map((part, i) => ({ part, share: seconds[i] / all }));
      const words = shares.map(({ part, share }) => `${nameOf(part)} ${percent(share)}`).join(", ");
      const canvas = Object.assign(make("canvas", { class: "time-shares", role: "img", "aria-label": `Shares of ${name}: ${words}`, title: words }), { shares });
      return [make("span", { class: "quiet", text: name }), make("div", {}, canvas)];
    }

    paint() {
      const { data, look } = this;
      const width = this.box.clientWidth;
      this.plot = tb.time.drawStack(this.canvas, data, { width, height: HEIGHTS[look.size], top: look.top, at: this.at, own: look.own });
      const { cut, most } = this.plot;
      this.note.textContent = cut ? `▲ ${cut} of ${data.columns.to.length} go higher, up to ${duration(most)}` : "";
      this.canvas.setAttribute("aria-label", `Seconds per step of ${tb.runs.title(this.run)}, ${stepsOf(data.shown)}: ${data.parts.map(nameOf).join(", ")}`);
    }

    point(event) {
      const frame = this.canvas.getBoundingClientRect();
      const at = this.plot ? this.plot.columnAt(event.clientX - frame.left) : -1;
      if (at < 0) return this.hide();
      this.tell(at, event);
    }

    press(event) {
      const last = (this.data?.columns.to.length ?? 0) - 1;
      const moves = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: last };
      if (!(event.key in moves) || last < 0) return;
      event.preventDefault();
      const begin = this.at < 0 && event.key.startsWith("Arrow");
      const at = begin ? last : Math.min(Math.max(moves[event.key], 0), last);
      const frame = this.canvas.getBoundingClientRect();
      this.tell(at, { clientX: frame.left + this.plot.middleOf(at), clientY: frame.top + frame.height / 2 });
      this.said.textContent = overlay().textContent;
    }

    /** Tell of a column in a table beside `where` on the screen. */
    tell(at, where) {
      if (at !== this.at) {
        this.at = at;
        this.paint();
      }
      const tooltip = make("div", { class: "tooltip time-tooltip" }, this.table(at));
      tooltip.owner = this;
      overlay().replaceChildren(tooltip);
      tb.tooltip.place(tooltip, where);
    }

    table(at) {
      const { columns, parts } = this.data;
      const steps = Math.max(1, columns.steps[at]);
      const seconds = parts.map((_, i) => columns.seconds[i][at]);
      const all = seconds.reduce((a, b) => a + b, 0);
      const row = (first, name, value) => make("tr", {}, make("td", {}, first), make("td", { class: "name", text: name }), make("td", { text: duration(value / steps) }), make("td", { text: all ? percent(value / all) : "–" }));
      const rows = parts.map((part, i) => row(tb.time.swatch(part, this.look.own), nameOf(part), seconds[i])).reverse(); // as they lie
      const caption = `${stepsOf({ first_step: columns.from[at], last_step: columns.to[at] })} · ${duration(all)} in all`;
      const head = make("tr", {}, ...["", "", "per step", "share"].map((text) => make("th", { text })));
      return make("table", {}, make("caption", { text: caption }), make("thead", {}, head), make("tbody", {}, ...rows, row("", "in all", all)));
    }

    hide() {
      if (overlay().firstChild?.owner === this) overlay().replaceChildren();
      if (this.at < 0) return;
      this.at = -1;
      if (this.data) this.paint();
    }

    drop() {
      this.hide();
      this.element.remove();
    }
  }

  function stepsOf({ first_step: first, last_step: last }) {
    return first === last ? `step ${format.integer(first)}` : `steps ${format.integer(first)} to ${format.integer(last)}`;
  }

  document.addEventListener("scroll", () => overlay()?.querySelector(".time-tooltip")?.owner.hide(), { passive: true });
  tb.time.Card = Card;
})(window.tailboard);
