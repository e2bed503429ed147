/* One panel's drawing: series in, Plotly out. Knows nothing of the page around it. */
(function (tb) {
  "use strict";
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
    constructor(tag, element) {
      this.tag = tag;
      this.element = element; // where Plotly draws
      this.series = new Map(); // run id -> {x, y, smoothed, step, wall_time, cursor, total, ...}
      this.window = null; // [from, to] in the server's x while zoomed
      this.dirty = false;
      this.drawn = false;
      this.range = null; // vertical range without outliers, from the server
      this.off = 0; // points outside of it
      this.logY = false;
    }

    /** What to ask the server: with cursors of what is drawn already. */
    question(picked, columns) {
      const runs = Object.fromEntries(picked.map((id) => [id, this.series.get(id)?.cursor || ""]));
      return { tag: this.tag, window: this.window, columns, runs };
    }

    /** Take the server's answer. Returns whether anything changed. */
    apply(panel) {
      let changed = false;
      const told = new Set();
      for (const news of panel.series) {
        told.add(news.run);
        const old = this.series.get(news.run);
        if (news.mode === "same" && old) {
          old.cursor = news.cursor;
          continue;
        }
        changed = true;
        if (news.mode === "append" && old) append(old, news);
        else this.series.set(news.run, { smoothed: null, ...news });
      }
      for (const id of this.series.keys()) {
        if (!told.has(id)) changed = this.series.delete(id);
      }
      const range = panel.range || null;
      if (String(range) !== String(this.range) || (panel.off || 0) !== this.off) changed = true;
      this.range = range;
      this.off = panel.off || 0;
      this.dirty = this.dirty || changed;
      return changed;
    }

    /** Forget what was drawn, e.g. when the axis or the smoothing changes: the next answer is whole. */
    forget() {
      for (const series of this.series.values()) series.cursor = "";
    }

    /** Runs in drawing order: the newest picked run on top. */
    ordered() {
      const picked = tb.live.picked();
      return picked.filter((id) => this.series.has(id) && tb.live.runs.has(id)).reverse();
    }

    traces() {
      const { x } = tb.view.get();
      const ids = this.ordered();
      let last = 0;
      for (const id of ids) last = Math.max(last, this.series.get(id).x.at(-1) || 0);
      this.scale = scaleOf(x, last);
      const scaled = (values) => (this.scale.factor === 1 ? values : values.map((v) => v * this.scale.factor));
      const raw = [];
      const main = [];
      const marks = [];
      for (const id of ids) {
        const series = this.series.get(id);
        if (!series.x.length && !series.marks) continue;
        const run = tb.live.runs.get(id);
        const color = css(`--run-${run.slot % 8}`);
        const shown = { x: scaled(Float64Array.from(series.x)), type: "scatter", hoverinfo: "skip" };
        const line = { color, dash: tb.runs.dash(run), width: 1.6 };
        if (series.smoothed) {
          raw.push({ ...shown, y: series.y, mode: "lines", opacity: tb.RAW_OPACITY, line: { color, width: 1 }, meta: { run: id, raw: true } });
        }
        const few = series.x.length < 3;
        main.push({
          ...shown,
          y: series.smoothed || series.y,
          mode: few ? "lines+markers" : "lines",
          marker: { color, size: 6 },
          line,
          meta: { run: id },
        });
        if (series.marks) marks.push(markTrace(series, id, color, scaled));
      }
      this.marked = marks.length > 0;
      return [...raw, ...main, ...marks];
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
      }
      return base;
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
      const behind = (this.element.data || []).filter((trace) => trace.meta.raw).map((trace) => trace.meta.run);
      const ids = this.ordered().filter((id) => this.series.get(id).x.length);
      return behind.length > 0 && behind.join() === ids.filter((id) => this.series.get(id).smoothed).join();
    }

    /* An average lies between the values it is made of, so the axes stay as they are while the slider is dragged: the
       paths are written anew in a fifth of the time that Plotly takes, which draws all again when the slider rests. */
    sketch() {
      this.dirty = false;
      const { xaxis, yaxis } = this.element._fullLayout;
      for (const trace of this.element.querySelectorAll(".scatterlayer .trace")) {
        const { meta } = trace.__data__[0].trace;
        if (meta.marks) continue;
        const series = this.series.get(meta.run);
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

  function markTrace(series, id, color, scaled) {
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
      meta: { run: id, marks: true },
    };
  }

  tb.RAW_OPACITY = 0.28; // of the raw line behind the smoothed one
  tb.Chart = Chart;
})(window.tailboard);
