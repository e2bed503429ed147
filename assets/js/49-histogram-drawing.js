/* A drawing of histograms that answers the pointer and keys: which step, which bucket, and exactly how many values. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const LEVELS = ["min", "5 %", "25 %", "50 % (median)", "75 %", "95 %", "max"];
  const GAP_PX = 14; // between pointer and tooltip
  const REST_MS = 60; // of the pointer, before a step's own buckets are asked for
  const overlay = () => document.getElementById("overlay");
  const whole = (count) => (Number.isInteger(count) ? format.integer(count) : format.number(count));

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

    /* The views by name; of several runs, others. */
    get views() {
      return tb.histogramViews;
    }

    show(data, look) {
      Object.assign(this, { data, look });
      this.view = this.views[look.mode](this.canvas, data, look);
      this.canvas.setAttribute("aria-label", this.label());
      if (overlay().firstChild?.owner === this) this.again();
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
      this.say();
    }

    say() {
      const rows = [...overlay().firstChild.children].map(({ children: [name, text] }) => `${name.textContent} ${text.textContent}`);
      this.said.textContent = rows.join(", ");
    }

    /* The step under the pointer becomes the one that is shown. */
    choose() {
      if (this.at && this.look.mode !== "step") this.look.choose(this.data.step[this.at.place]);
    }

    /** Tell again what is told of, now that more is known. */
    again() {
      if (!this.at) return;
      this.tell(...(this.pointer || []));
      if (document.activeElement === this.canvas && !this.pointer) this.say();
    }

    tell(x, y) {
      this.pointer = x === undefined ? null : [x, y];
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
      return [head, ...this.ofBucket(place, bucket, row)];
    }

    /* The bucket that was logged where the pointer is; until it came, about what lies there. */
    ofBucket(place, bucket, row) {
      const { data, look } = this;
      const value = this.at.value ?? tb.histogramParts.middle(data.edges, bucket);
      const exact = look.exact(place, false);
      clearTimeout(this.waiting);
      if (!exact) this.waiting = setTimeout(() => look.exact(place, true), this.pointer ? REST_MS : 0);
      if (!exact?.data) {
        const rows = [row("from", format.number(data.edges[bucket])), row("to", format.number(data.edges[bucket + 1]))];
        return [...rows, row("about", `${format.number(data.counts[place][bucket])} of ${format.number(data.num[place])}`)];
      }
      const { edges, counts } = exact.data;
      const found = edges[0] === edges.at(-1) ? 0 : tb.bucketOf(edges, value);
      if (!counts.length || found < 0) return [row("at", format.number(value)), row("count", `0 of ${whole(data.num[place])}`)];
      return [row("from", format.number(edges[found])), row("to", format.number(edges[found + 1])), row("count", `${whole(counts[found])} of ${whole(data.num[place])}`)];
    }

    ofBar(bar, row) {
      const total = this.data.counts.reduce((sum, count) => sum + count, 0);
      const share = `${((100 * bar.count) / total).toPrecision(3)} %`;
      const rows = [row("step", format.integer(this.data.step)), row("from", format.number(bar.low)), row("to", format.number(bar.high))];
      return [...rows, row("count", whole(bar.count)), row("share", share), ...(bar.of > 1 ? [row("buckets", format.integer(bar.of))] : [])];
    }

    hide() {
      clearTimeout(this.waiting);
      if (overlay().firstChild?.owner === this) overlay().replaceChildren();
      this.at = null;
    }

    drop() {
      this.hide();
      this.canvas.remove();
      this.said.remove();
    }
  }

  /* The same of several runs: what each has where the pointer is. */
  class Joined extends Distribution {
    get views() {
      return tb.joinedViews;
    }

    label() {
      const { look, data } = this;
      return `${look.words}: ${look.mode === "step" ? "outlines at one step" : "quantiles over steps"} of ${data.series.length} runs`;
    }

    press(event) {
      if (event.key.startsWith("Arrow")) this.look = { ...this.look, chosen: 0 };
      super.press(event);
    }

    choose() {
      if (this.at && this.look.mode === "quantiles") this.look.choose(this.view.valueAt(this.at.bucket));
    }

    words() {
      const { look, data } = this;
      const at = look.mode === "step" ? (this.at.value ?? this.view.valueAt(this.at.bucket)) : this.view.valueAt(this.at.bucket);
      const head = make("div", {}, make("span", { class: "quiet", text: look.mode === "step" ? "at" : "step" }), make("span", { text: look.mode === "step" ? format.number(at) : format.integer(at) }));
      return [head, ...data.series.map((one) => this.ofRun(one, at))];
    }

    ofRun({ run, data }, at) {
      const name = make("span", { class: "joined-run" }, tb.runs.swatch(tb.live.runs.get(run)), tb.runs.title(run));
      name.style.color = tb.runs.colour(tb.live.runs.get(run));
      return make("div", {}, name, make("span", { text: this.look.mode === "step" ? inBucket(data, at) : between(data, at) }));
    }
  }

  function inBucket({ edges, counts, step }, value) {
    const found = tb.bucketOf(edges, value);
    const where = found < 0 ? "" : ` in ${format.number(edges[found])} … ${format.number(edges[found + 1])}`;
    return `${found < 0 ? "0" : whole(counts[found])}${where}, step ${format.integer(step)}`;
  }

  function between({ step, quantiles }, at) {
    const row = quantiles[Math.max(0, tb.media.placeAt(step, at))];
    return `${format.number(row[3])} (${format.number(row[1])} … ${format.number(row[5])})`;
  }

  tb.histograms.onNews(() => overlay()?.querySelector(".histogram-tooltip")?.owner.again?.());
  document.addEventListener("scroll", () => overlay()?.querySelector(".histogram-tooltip")?.owner.hide(), { passive: true });
  tb.drawers.histogram = { height: (shape, width) => Math.round(Math.min(width * 0.68, 420)), make: (box) => new Distribution(box) };
  tb.JoinedDrawing = Joined;
})(window.tailboard);
