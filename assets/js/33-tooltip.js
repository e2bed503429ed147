/* The tooltip as an instrument: one vertical line over all panels at the same x, and a table of the values there.
   Read from the arrays by binary search, drawn as overlays: never through Plotly, never through the server. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const NEAR_PX = 24; // a line this close to the pointer is brought forward
  const MOST_ROWS = 12;
  let frame = 0;
  let last = null;
  let forward = null; // run that is brought forward by the pointer

  const margin = (chart) => chart.element._fullLayout._size;

  /** Index of the point nearest to `x`; by halving where x is sorted, else by looking at all. */
  function nearest(xs, x) {
    if (!xs.length) return -1;
    if (xs.sorted === undefined) xs.sorted = xs.every((value, i) => i === 0 || value >= xs[i - 1]);
    if (!xs.sorted) {
      let best = 0;
      for (let i = 1; i < xs.length; i++) if (Math.abs(xs[i] - x) < Math.abs(xs[best] - x)) best = i;
      return best;
    }
    let low = 0;
    let high = xs.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (xs[middle] < x) low = middle;
      else high = middle;
    }
    return Math.abs(xs[low] - x) <= Math.abs(xs[high] - x) ? low : high;
  }

  function rowsAt(chart, x, pointerY) {
    const { xaxis, yaxis } = chart.element._fullLayout;
    const px = (value) => xaxis.d2p(value * chart.scale.factor);
    const rows = [];
    for (const series of chart.ordered()) {
      const i = nearest(series.x, x);
      if (i < 0) continue;
      const value = (series.smoothed || series.y)[i];
      const at = yaxis.d2p(value);
      rows.push({
        series,
        id: series.run,
        value,
        raw: series.y[i],
        smoothed: Boolean(series.smoothed),
        x: series.x[i],
        far: Math.abs(px(series.x[i]) - px(x)) > NEAR_PX, // the run has no point here: it ended before, or begins later
        step: (series.step || series.x)[i],
        time: (series.wall_time || series.x)[i],
        distance: Number.isFinite(at) ? Math.abs(at - pointerY) : Infinity,
      });
    }
    const order = (a) => (Number.isNaN(a.value) ? -Infinity : a.value);
    return rows.sort((a, b) => order(b) - order(a));
  }

  function table(chart, rows, closest) {
    const smoothed = rows.some((row) => row.smoothed);
    const timed = rows.some((row) => !Number.isNaN(row.time));
    const head = ["", "run", ...(smoothed ? ["smoothed", "raw"] : ["value"]), "step", timed ? "time" : ""];
    const body = rows.slice(0, MOST_ROWS).map((row) => {
      const run = tb.live.runs.get(row.id);
      const swatch = make("td", {}, tb.runs.line(chart.styleOf(row.series)));
      const name = tb.runs.title(row.id) + (chart.form === "single" ? "" : ` ${tb.customCharts.shortOf(chart, row.series.tag)}`);
      const cell = (text, kind) => make("td", { class: kind || "", text });
      const values = smoothed ? [cell(format.number(row.value)), cell(format.number(row.raw), "quiet")] : [cell(format.number(row.raw))];
      const since = Number.isNaN(row.time) ? "" : run.created ? format.clock(row.time - run.created) : format.date(row.time);
      const cells = [swatch, make("td", { class: "name" }, make("bdi", { text: name })), ...values, cell(format.integer(row.step)), cell(since, "quiet")];
      return make("tr", { class: row.series === closest ? "closest" : row.far ? "far" : "" }, ...cells);
    });
    const more = rows.length - MOST_ROWS;
    const foot = more > 0 ? make("caption", { text: `and ${more} more lines` }) : null;
    const names = make("tr", {}, ...head.map((text) => make("th", { text })));
    return make("table", {}, foot, make("thead", {}, names), make("tbody", {}, ...body));
  }

  function placeLine(chart, x) {
    const size = margin(chart);
    const { xaxis } = chart.element._fullLayout;
    const at = xaxis.d2p(x * chart.scale.factor);
    let line = chart.element.parentElement.querySelector(".cursor");
    if (!line) {
      line = make("div", { class: "cursor", "aria-hidden": "true" });
      chart.element.parentElement.append(line);
    }
    const inside = at >= 0 && at <= size.w;
    line.hidden = !inside;
    if (!inside) return;
    line.style.transform = `translateX(${Math.round(size.l + at)}px)`;
    line.style.top = `${chart.element.offsetTop + size.t}px`;
    line.style.height = `${size.h}px`;
  }

  function show(panel, event) {
    const { chart } = panel;
    const box = chart.element.getBoundingClientRect();
    const size = margin(chart);
    const x = chart.toServer(unscaled(chart, event.clientX - box.left - size.l));
    const rows = rowsAt(chart, x, event.clientY - box.top - size.t);
    if (!rows.length) return hide();
    const here = rows.filter((row) => !row.far);
    const closest = (here.length ? here : rows).reduce((a, b) => (b.distance < a.distance ? b : a));
    const snapped = closest.x;
    for (const other of tb.panels.all.values()) if (other.near && other.chart.drawn && other.chart.scale) placeLine(other.chart, snapped);
    const near = closest.distance <= NEAR_PX ? closest : null;
    const overlay = document.getElementById("overlay");
    overlay.replaceChildren(make("div", { class: "tooltip" }, table(chart, rows, near?.series)));
    placeTooltip(overlay.firstChild, event);
    highlight(near ? near.id : null);
  }

  function unscaled(chart, px) {
    const { xaxis } = chart.element._fullLayout;
    return xaxis.type === "date" ? xaxis.c2r(xaxis.p2c(px)) : xaxis.p2l(px);
  }

  function placeTooltip(tooltip, event) {
    const gap = 18;
    const { offsetWidth: width, offsetHeight: height } = tooltip;
    const left = event.clientX + gap + width > innerWidth - 8 ? event.clientX - gap - width : event.clientX + gap;
    const top = Math.min(Math.max(8, event.clientY - height / 2), innerHeight - height - 8);
    tooltip.style.transform = `translate(${Math.max(8, left)}px, ${top}px)`;
  }

  function hide() {
    document.getElementById("overlay")?.replaceChildren();
    for (const line of document.querySelectorAll(".cursor")) line.hidden = true;
    highlight(null);
  }

  /* --- bring a run forward: style on what Plotly drew, no redraw --- */
  function paint(element) {
    const run = forward || tb.view.get().focus || null;
    for (const trace of element.querySelectorAll(".scatterlayer .trace")) {
      const meta = trace.__data__?.[0]?.trace?.meta;
      if (!meta) continue;
      const other = run && meta.run !== run;
      trace.style.opacity = (other ? 0.13 : 1) * (meta.raw ? tb.RAW_OPACITY : 1);
      const line = trace.querySelector(".js-line");
      if (line && !meta.raw && !meta.band) line.style.strokeWidth = run && !other ? "2.5px" : "1.6px";
    }
  }

  function paintAll() {
    for (const panel of tb.panels.all.values()) if (panel.chart.drawn) paint(panel.plot); // those scrolled away too: they come back as they are
    for (const row of document.querySelectorAll("#run-list .run")) row.classList.toggle("forward", row.dataset.run === forward);
  }

  function highlight(run) {
    if (run === forward) return;
    forward = run;
    paintAll();
  }

  document.addEventListener("tb-drawn", (event) => paint(event.target));
  tb.view.onChange((view, changed) => changed.includes("focus") && paintAll());

  document.addEventListener("pointermove", (event) => {
    const plot = event.target.closest?.(".panel .plot");
    last = plot && event.buttons === 0 ? event : null;
    if (!frame) frame = requestAnimationFrame(follow);
  });
  let inside = false;
  function follow() {
    frame = 0;
    const panel = last && tb.panels.of(last.target);
    if (panel && panel.chart.drawn && panel.chart.scale) {
      inside = true;
      show(panel, last);
    } else if (inside) {
      inside = false;
      hide();
    }
  }
  document.addEventListener("scroll", () => inside && hide(), { passive: true });

  /* A click pins the run under the pointer; a drag is a zoom. Plotly lays a cover over the page while a button is
     down, so what was pressed is remembered. */
  let pressed = null;
  addEventListener("pointerdown", (event) => {
    const plot = event.target.closest?.(".panel .plot");
    pressed = plot && event.button === 0 ? { x: event.clientX, y: event.clientY, run: forward } : null;
  }, true);
  addEventListener("pointerup", (event) => {
    if (!pressed || Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 4) return;
    const { focus } = tb.view.get();
    tb.view.set({ focus: pressed.run && pressed.run !== focus ? pressed.run : "" });
  }, true);

  tb.highlight = highlight;
  tb.tooltip = { place: placeTooltip };
})(window.tailboard);
