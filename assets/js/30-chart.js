/* One panel's drawing: series in, Plotly out. Knows nothing of the page around it. */
(function (tb) {
  "use strict";
  const BAND_ALPHA = "30"; // of a margin's band, in hex
  const COLUMNS = ["x", "y", "smoothed", "step", "wall_time"];
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /** Put what is new after what is drawn. */
  function append(series, news) {
    for (const name of COLUMNS) {
      if (!news[name]) continue;
      const old = series[name];
      const joined = new Float64Array(old.length + news[name].length);
      joined.set(old);
      joined.set(news[name], old.length);
      series[name] = joined;
    }
    if (news.marks) {
      series.marks_x = Float64Array.from([...(series.marks_x || []), ...news.marks_x]);
      series.marks += news.marks;
    }
    for (const name of ["cursor", "total", "nonfinite", "left_out"]) series[name] = news[name];
  }

  /* How the x of the server is shown: wall time as dates, seconds in a fitting unit. */
  function scaleOf(x, last) {
    if (x === "wall_time") return { factor: 1000, type: "date", suffix: "" };
    if (x !== "relative_time") return { factor: 1, type: null, suffix: "" };
    if (last > 7200) return { factor: 1 / 3600, type: null, suffix: " h" };
    return last > 300 ? { factor: 1 / 60, type: null, suffix: " min" } : { factor: 1, type: null, suffix: " s" };
  }

  class Chart {
    /** A chart of one tag, or one composed of several: their lines, or a band with a line (tags: middle, low, high). */
    constructor(tags, element, form = "single") {
      this.tags = tags;
      this.form = form; // "single", "multiline", "margin"
      this.element = element; // where Plotly draws
      this.series = new Map(); // run id, with its tag where there are several -> {run, tag, x, y, smoothed, step, ...}
      this.window = null; // [from, to] in the server's x while zoomed
      this.dirty = false;
      this.drawn = false;
      this.range = null; // vertical range without outliers, from the server
      this.off = 0; // points outside of it
      this.logY = false;
    }

    keyOf(run, tag) {
      return this.form === "single" ? run : `${run}\n${tag}`;
    }

    /** What to ask the server: one question a tag, with cursors of what is drawn already. `runs`: tag -> run ids. */
    questions(runs, columns) {
      return this.tags.map((tag) => {
        const cursors = runs(tag).map((id) => [id, this.series.get(this.keyOf(id, tag))?.cursor || ""]);
        return { tag, window: this.window, columns, runs: Object.fromEntries(cursors) };
      });
    }

    /** Take the server's answers, one a tag. Returns whether anything changed. */
    apply(answers) {
      let changed = false;
      const told = new Set();
      for (const { tag, series } of answers) for (const news of series) changed = this.take(tag, news, told) || changed;
      for (const key of this.series.keys()) {
        if (!told.has(key)) changed = this.series.delete(key);
      }
      const ranges = answers.map((answer) => answer.range).filter(Boolean);
      const range = ranges.length ? [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))] : null;
      const off = answers.reduce((sum, answer) => sum + (answer.off || 0), 0);
      if (String(range) !== String(this.range) || off !== this.off) changed = true;
      this.range = range;
      this.off = off;
      this.dirty = this.dirty || changed;
      return changed;
    }

    take(tag, news, told) {
      const key = this.keyOf(news.run, tag);
      const old = this.series.get(key);
      told.add(key);
      if (news.mode === "same" && old) {
        old.cursor = news.cursor;
        return false;
      }
      if (news.mode === "append" && old) append(old, news);
      else this.series.set(key, { smoothed: null, ...news, tag, key });
      return true;
    }

    /** Forget what was drawn, e.g. when the axis or the smoothing changes: the next answer is whole. */
    forget() {
      for (const series of this.series.values()) series.cursor = "";
    }

    /** Series in drawing order: those of the newest picked run on top. */
    ordered() {
      const picked = tb.live.picked().filter((id) => tb.live.runs.has(id)).reverse();
      return picked.flatMap((id) => this.tags.map((tag) => this.series.get(this.keyOf(id, tag))).filter(Boolean));
    }

    /** Colour and dash of a series. Of several tags, those of one run differ in colour, those of several runs in dash. */
    styleOf({ run, tag }) {
      const entry = tb.live.runs.get(run);
      if (this.form !== "multiline") return { slot: entry.slot % 8, dash: tb.runs.dash(entry) };
      const place = this.tags.indexOf(tag);
      const { dashes } = tb.known;
      if (this.runs().length > 1) return { slot: entry.slot % 8, dash: dashes[place % dashes.length] };
      return { slot: place % 8, dash: dashes[Math.floor(place / 8) % dashes.length] };
    }

    runs() {
      return [...new Set(this.ordered().map((series) => series.run))];
    }

    traces() {
      const { x } = tb.view.get();
      const all = this.ordered();
      this.scale = scaleOf(x, Math.max(0, ...all.map((series) => series.x.at(-1) || 0)));
      const lines = all.filter((series) => series.x.length || series.marks).map((series) => this.linesOf(series));
      const [bands, raw, main, marks] = ["band", "raw", "main", "marks"].map((name) => lines.map((one) => one[name]).filter(Boolean));
      this.marked = marks.length > 0;
      return [...bands, ...raw, ...main, ...marks];
    }

    /** What is drawn of one series, by layer. Of a margin, the outer two tags are the edges of a band. */
    linesOf(series) {
      const { run, tag, key } = series;
      const scaled = (values) => (this.scale.factor === 1 ? values : values.map((v) => v * this.scale.factor));
      const { slot, dash } = this.styleOf(series);
      const color = css(`--run-${slot}`);
      const meta = { run, key, name: this.form === "single" ? run : `${run} ${tag}` };
      const shown = { x: scaled(Float64Array.from(series.x)), type: "scatter", hoverinfo: "skip" };
      const edge = this.form === "margin" ? this.tags.indexOf(tag) : 0; // 1 low, 2 high: drawn one after the other
      if (edge) {
        const fill = edge === 2 ? { fill: "tonexty", fillcolor: color + BAND_ALPHA } : {};
        return { band: { ...shown, y: series.smoothed || series.y, mode: "lines", line: { color, width: 0.5 }, ...fill, meta: { ...meta, band: true } } };
      }
      const few = series.x.length < 3;
      const behind = { ...shown, y: series.y, mode: "lines", opacity: tb.RAW_OPACITY, line: { color, width: 1 }, meta: { ...meta, raw: true } };
      const line = { color, dash, width: 1.6 };
      const main = { ...shown, y: series.smoothed || series.y, mode: few ? "lines+markers" : "lines", marker: { color, size: 6 }, line, meta };
      return { raw: series.smoothed && behind, main, marks: series.marks && markTrace(series, color, scaled) };
    }

    layout() {
      const view = tb.view.get();
      const theme = document.documentElement.dataset.theme;
      const base = structuredClone(tb.known.layouts[theme]);
      const old = this.element.layout;
      const logY = view.log_y !== this.logY; // the panel's own toggle turns the global one around
      base.xaxis.type = this.scale.type || (view.log_x ? "log" : "linear");
      base.xaxis.ticksuffix = this.scale.suffix;
      base.yaxis.type = logY ? "log" : "linear";
      if (base.yaxis.type === "log") Object.assign(base.yaxis, { dtick: null, minor: { ticks: "outside", ticklen: 2 } });
      // A second subplot costs a fifth of the drawing: only where there is something to mark.
      if (this.marked) base.yaxis2 = { overlaying: "y", range: [0, 1], visible: false, fixedrange: true };
      base.width = this.element.clientWidth;
      base.height = this.element.clientHeight;
      const keptX = old && old.xaxis.type === base.xaxis.type && this.window;
      const keptY = old && old.yaxis.type === base.yaxis.type && this.window && this.zoomedY;
      if (keptX) Object.assign(base.xaxis, { range: old.xaxis.range, autorange: false });
      if (keptY) Object.assign(base.yaxis, { range: old.yaxis.range, autorange: false });
      else if (this.range) {
        const range = logY ? this.range.map((v) => Math.log10(Math.max(v, Number.MIN_VALUE))) : this.range;
        Object.assign(base.yaxis, { range, autorange: false });
      } else if (!logY && this.flat()) Object.assign(base.yaxis, { range: this.flat(), autorange: false });
      return base;
    }

    /* Around a constant Plotly puts an axis from -1 to 1, on which a learning rate of 0.001 reads as 0. */
    flat() {
      let [low, high] = [Infinity, -Infinity];
      for (const { y } of this.series.values()) {
        for (const value of y) {
          if (value < low && value > -Infinity) low = value;
          if (value > high && value < Infinity) high = value;
          if (low < high) return null;
        }
      }
      return low === high && low !== 0 ? [low - Math.abs(low) / 2, low + Math.abs(low) / 2] : null;
    }

    async draw() {
      this.dirty = false;
      const traces = this.traces();
      const first = !this.drawn;
      this.drawn = true;
      await Plotly.react(this.element, traces, this.layout(), tb.known.graph_config);
      if (first) this.listen();
      this.element.dispatchEvent(new CustomEvent("tb-drawn", { bubbles: true }));
    }

    /** Whether new averages can be shown by `sketch`: the same lines as Plotly drew last, only bent otherwise. */
    canSketch() {
      const behind = (this.element.data || []).filter((trace) => trace.meta.raw).map((trace) => trace.meta.key);
      const smoothed = this.ordered().filter((series) => series.x.length && series.smoothed);
      return this.form !== "margin" && behind.length > 0 && behind.join() === smoothed.map((series) => series.key).join();
    }

    /* An average lies between the values it is made of, so the axes stay as they are while the slider is dragged: the
       paths are written anew in a fifth of the time that Plotly takes, which draws all again when the slider rests. */
    sketch() {
      this.dirty = false;
      const { xaxis, yaxis } = this.element._fullLayout;
      for (const trace of this.element.querySelectorAll(".scatterlayer .trace")) {
        const { meta } = trace.__data__[0].trace;
        if (meta.marks) continue;
        const series = this.series.get(meta.key);
        const [line, ...more] = trace.querySelectorAll(".js-line");
        line?.setAttribute("d", pathOf(series.x, meta.raw ? series.y : series.smoothed, this.scale.factor, xaxis, yaxis));
        more.forEach((other) => other.removeAttribute("d")); // a line with gaps had a path for each piece
      }
      this.element.dispatchEvent(new CustomEvent("tb-drawn", { bubbles: true }));
    }

    listen() {
      this.element.on("plotly_relayout", (event) => this.zoomed(event));
      this.element.on("plotly_doubleclick", () => {
        this.fit();
        tb.live.ask();
      });
    }

    /* Plotly tells of a box that was dragged: ask for full resolution of that window. */
    zoomed(event) {
      const range = event["xaxis.range"] || [event["xaxis.range[0]"], event["xaxis.range[1]"]];
      if (range[0] === undefined || range[0] === null) return;
      this.window = range.map((edge) => this.toServer(edge)).sort((a, b) => a - b);
      this.zoomedY = event["yaxis.range[0]"] !== undefined || event["yaxis.range"] !== undefined || this.zoomedY;
      this.forget();
      tb.live.ask();
    }

    toServer(edge) {
      const axis = this.element._fullLayout.xaxis;
      const value = axis.type === "date" ? axis.r2c(edge) : axis.type === "log" ? 10 ** edge : Number(edge);
      return value / this.scale.factor;
    }

    /** All points again. */
    fit() {
      this.window = null;
      this.zoomedY = false;
      this.dirty = true;
      this.forget();
    }

    purge() {
      if (this.drawn) Plotly.purge(this.element);
      this.element.replaceChildren();
      this.drawn = false;
      this.series.clear();
    }
  }

  /** The `d` of an SVG path through points; what is not on the axes, NaN for one, breaks it. */
  function pathOf(xs, ys, factor, xaxis, yaxis) {
    let path = "";
    let pen = "M";
    for (let i = 0; i < xs.length; i++) {
      const x = xaxis.d2p(xs[i] * factor);
      const y = yaxis.d2p(ys[i]);
      if (Number.isFinite(x) && Number.isFinite(y)) {
        path += pen + Math.round(x * 10) / 10 + "," + Math.round(y * 10) / 10;
        pen = "L";
      } else pen = "M";
    }
    return path;
  }

  function markTrace(series, color, scaled) {
    const letters = [...series.marks];
    const symbols = { n: "x-thin", "+": "triangle-up", "-": "triangle-down" };
    return {
      x: scaled(Float64Array.from(series.marks_x)),
      y: letters.map((letter) => (letter === "+" ? 0.97 : 0.03)),
      yaxis: "y2",
      mode: "markers",
      type: "scatter",
      hoverinfo: "skip",
      marker: { symbol: letters.map((letter) => symbols[letter]), color, size: 8, line: { color, width: 1.5 } },
      meta: { run: series.run, key: series.key, marks: true },
    };
  }

  tb.RAW_OPACITY = 0.28; // of the raw line behind the smoothed one
  tb.Chart = Chart;
})(window.tailboard);
