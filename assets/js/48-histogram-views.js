/* Ways to draw the histograms of one run and tag. Each is a function (canvas, data, look) -> {find, spot, count}:
   `find(x, y)` is the step and bucket at a pixel, {place, bucket, value}, or null; `spot(at)` is the pixel of such a place.

   `data` is an answer of GET /api/v1/histograms, or of one step, with `places` of the steps; `look` has width, height,
   `range` of the values, `steps` from first to last, `log` where heights and shades are logarithms of counts, and
   `marked`, the place of the step that a person chose, if any. Outlines on one axis: 48-histogram-outlines.js. */
(function (tb) {
  "use strict";
  const { begin, scale, colours, mix, axisBelow, axisLeft, line } = tb.canvas;
  const BELOW_PX = 20; // labels of the axis
  const BESIDE_PX = 50;
  const RIDGE = 0.5; // height of the highest ridge, of the card's
  const CUT = 3; // times the middle one of all peaks: a higher one would make all others flat, and is cut
  const SHADES = 48;
  const BAR_PX = 3; // of a bar, at least: narrower buckets are drawn as one
  const heights = new WeakMap(); // data -> {shares, top, cut}
  const logHeights = new WeakMap();

  /** Share of its step's values in each bucket, the share that is drawn highest, and how many steps are cut there; or the
      same of the logarithms of the counts, where none is so high that it has to be cut. */
  function heightsOf(data, log) {
    if (log && !logHeights.has(data)) {
      const shares = data.counts.map((counts) => counts.map((count) => Math.log1p(count)));
      logHeights.set(data, { shares, top: Math.max(...shares.flat()) || 1, cut: 0 });
    }
    if (log) return logHeights.get(data);
    if (!heights.has(data)) {
      const shares = data.counts.map((counts, i) => counts.map((count) => count / (data.num[i] || 1)));
      const peaks = shares.map((row) => Math.max(...row));
      const filled = peaks.filter((peak) => peak > 0).sort((a, b) => a - b);
      const top = filled.length ? Math.min(filled.at(-1), CUT * filled[filled.length >> 1]) : 1;
      heights.set(data, { shares, top, cut: peaks.filter((peak) => peak > top).length });
    }
    return heights.get(data);
  }

  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const bucketAt = (edges, value) => clamp(Math.floor(((value - edges[0]) / (edges.at(-1) - edges[0])) * (edges.length - 1)), 0, edges.length - 2);
  const middle = (edges, i) => (edges[i] + edges[i + 1]) / 2;

  function nearest(values, wanted) {
    let best = 0;
    values.forEach((value, i) => Math.abs(value - wanted) < Math.abs(values[best] - wanted) && (best = i));
    return best;
  }

  /** Offset outlines, the newest in front. */
  function ridges(canvas, data, { width, height, range, marked, log }) {
    const context = begin(canvas, width, height);
    const look = colours(canvas);
    const box = { left: 6, right: width - 44, top: 4, bottom: height - BELOW_PX };
    const x = scale(...range, box.left, box.right);
    const { shares, top } = heightsOf(data, log);
    const tall = (box.bottom - box.top) * (data.step.length > 1 ? RIDGE : 0.95);
    const base = scale(0, data.step.length - 1, box.top + tall, box.bottom - 1);
    const baseOf = (i) => (data.step.length > 1 ? base(i) : box.bottom - 1);
    const rise = (i, bucket) => Math.min(1, shares[i][bucket] / top) * tall;
    axisBelow(context, x, box, look);
    data.step.forEach((step, i) => {
      const age = data.step.length > 1 ? i / (data.step.length - 1) : 1;
      ridge(context, i, mix(look.paper, look.run, 0.12 + 0.5 * age), i === marked ? look.text : mix(look.paper, look.run, 0.5 + 0.5 * age));
    });
    labels();

    function ridge(pen, i, fill, stroke) {
      const first = shares[i].findIndex((share) => share > 0);
      if (first < 0) return; // nothing was counted at this step
      const last = shares[i].findLastIndex((share) => share > 0);
      pen.beginPath();
      pen.moveTo(x(data.edges[first]), baseOf(i));
      for (let bucket = first; bucket <= last; bucket += 1) pen.lineTo(x(middle(data.edges, bucket)), baseOf(i) - rise(i, bucket));
      pen.lineTo(x(data.edges[last + 1]), baseOf(i));
      pen.fillStyle = fill;
      pen.fill();
      pen.strokeStyle = stroke;
      pen.lineWidth = i === marked ? 1.5 : 0.75;
      pen.stroke();
    }

    function labels() {
      context.textAlign = "left";
      context.textBaseline = "middle";
      const rows = Math.max(1, Math.min(4, data.step.length - 1));
      const named = new Set(Array.from({ length: rows + 1 }, (_, k) => Math.round((k / rows) * (data.step.length - 1))));
      for (const i of named) {
        context.fillStyle = look.quiet;
        context.fillText(tb.format.short(data.step[i]), box.right + 6, baseOf(i) - 4);
      }
    }

    return {
      find(px, py) {
        if (px < box.left || px > box.right || py > box.bottom + 2) return null;
        const value = x.back(px);
        const bucket = bucketAt(data.edges, value);
        for (let i = data.step.length - 1; i >= 0; i -= 1) if (py <= baseOf(i) + 0.5 && py >= baseOf(i) - rise(i, bucket)) return { place: i, bucket, value };
        return { place: nearest(data.step.map((_, i) => baseOf(i)), py), bucket, value };
      },
      spot: ({ place, bucket }) => [x(middle(data.edges, bucket)), baseOf(place) - rise(place, bucket)],
      count: data.edges.length - 1,
    };
  }

  /* Where each step's column begins and ends: half-way to its neighbours. */
  function columnsOf(steps, x) {
    const at = steps.map(x);
    const borders = at.slice(1).map((px, i) => (px + at[i]) / 2);
    return [x.edge.left, ...borders, x.edge.right].map(Math.round);
  }

  function overSteps(width, height, range, steps) {
    const box = { left: BESIDE_PX, right: width - 8, top: 6, bottom: height - BELOW_PX };
    const x = scale(...steps, box.left + 2, box.right - 2);
    x.edge = box;
    return { box, x, y: scale(...range, box.bottom, box.top) };
  }

  /** Steps from left to right, values upwards; the darker (in the dark theme, the brighter), the more values. */
  function heatmap(canvas, data, { width, height, range, steps, marked, log }) {
    const context = begin(canvas, width, height);
    const look = colours(canvas);
    const { box, x, y } = overSteps(width, height, range, steps);
    const { shares, top } = heightsOf(data, log);
    const strength = (share) => (log ? share / top : Math.sqrt(Math.min(1, share / top)));
    axisLeft(context, y, box, look);
    axisBelow(context, x, box, look, true);
    const shades = Array.from({ length: SHADES + 1 }, (_, i) => mix(look.paper, look.run, i / SHADES));
    const columns = columnsOf(data.step, x);
    const rows = data.edges.map((edge) => Math.round(y(edge)));
    shares.forEach((row, i) => {
      row.forEach((share, bucket) => {
        if (!(share > 0)) return;
        context.fillStyle = shades[Math.max(2, Math.round(SHADES * strength(share)))];
        context.fillRect(columns[i], rows[bucket + 1], Math.max(1, columns[i + 1] - columns[i]), Math.max(1, rows[bucket] - rows[bucket + 1]));
      });
    });
    markStep(context, look, x, data.step[marked], box);
    return {
      find(px, py) {
        if (px < box.left || px > box.right || py < box.top || py > box.bottom) return null;
        const value = y.back(py);
        if (value < data.edges[0] || value > data.edges.at(-1)) return null;
        const place = columns.findLastIndex((column) => column <= px);
        return { place: clamp(place, 0, data.step.length - 1), bucket: bucketAt(data.edges, value), value };
      },
      spot: ({ place, bucket }) => [x(data.step[place]), y(middle(data.edges, bucket))],
      count: data.edges.length - 1,
    };
  }

  function markStep(context, look, x, step, { top, bottom }) {
    if (step === undefined) return;
    const at = Math.round(x(step)) + 0.5;
    line(context, look.text, [at, top], [at, bottom], [2, 3]);
  }

  const DASHES = [[1, 3], [4, 3], [], [], [], [4, 3], [1, 3]]; // of the seven lines, the outermost dotted
  const NAMES = ["min", "5 %", "25 %", "50 %", "75 %", "95 %", "max"];
  const FIRST_NAMED = [3, 0, 6, 1, 5, 2, 4]; // where there is no room for the names of all
  const NAME_PX = 11; // between two names
  const NAMES_PX = 34; // room at the right for them
  const BANDS = [[0, 6, 0.1], [1, 5, 0.16], [2, 4, 0.3]]; // filled between two lines, with a share of the run's colour

  /* Each line's name stands at its end, unless another is in its way. */
  function nameLines(context, look, y, values, left) {
    const taken = [];
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillStyle = look.quiet;
    for (const level of FIRST_NAMED) {
      const at = y(values[level]);
      if (taken.some((other) => Math.abs(other - at) < NAME_PX)) continue;
      taken.push(at);
      context.fillText(NAMES[level], left, at);
    }
  }

  /** Lines of the quantiles over steps, the median bold. */
  function lines(canvas, data, { width, height, range, steps, marked }) {
    const context = begin(canvas, width, height);
    const look = colours(canvas);
    const { box, x, y } = overSteps(width - NAMES_PX, height, range, steps);
    axisLeft(context, y, box, look);
    axisBelow(context, x, box, look, true);
    const filled = data.step.map((_, i) => i).filter((i) => Number.isFinite(data.quantiles[i][0]));
    const path = (level, places) => places.forEach((i) => context.lineTo(x(data.step[i]), y(data.quantiles[i][level])));
    for (const [low, high, share] of BANDS) {
      context.beginPath();
      path(low, filled);
      path(high, [...filled].reverse());
      context.globalAlpha = share;
      context.fillStyle = look.run;
      context.fill();
      context.globalAlpha = 1;
    }
    DASHES.forEach((dash, level) => {
      context.beginPath();
      path(level, filled);
      context.setLineDash(dash);
      context.strokeStyle = look.run;
      context.lineWidth = level === 3 ? 2 : 1;
      context.stroke();
      if (filled.length === 1) context.fillRect(x(data.step[filled[0]]) - 4, y(data.quantiles[filled[0]][level]) - 0.5, 8, level === 3 ? 2 : 1);
    });
    context.setLineDash([]);
    if (filled.length) nameLines(context, look, y, data.quantiles[filled.at(-1)], box.right + 5);
    markStep(context, look, x, data.step[marked], box);
    return {
      find(px, py) {
        if (px < box.left || px > box.right || py < box.top || py > box.bottom) return null;
        return { place: nearest(data.step.map(x), px), bucket: 0 };
      },
      spot: ({ place }) => [x(data.step[place]), y(data.quantiles[place][3])],
      count: 1,
    };
  }

  /** Buckets put together until each is wide enough to be seen: {low, high, count, of}, with exact counts. */
  function barsOf(edges, counts, unit) {
    const bars = [];
    counts.forEach((count, i) => {
      const last = bars.at(-1);
      if (last && (last.high - last.low) * unit < BAR_PX) {
        last.high = edges[i + 1];
        last.count += count;
        last.of += 1;
      } else bars.push({ low: edges[i], high: edges[i + 1], count, of: 1 });
    });
    return bars;
  }

  const COUNTS_PX = 40; // room at the left for the axis of counts
  const EVEN = 1.001; // buckets of one width differ by no more

  /* How high each bar is: its count on a logarithmic axis and where all buckets are alike, else so that its area is. */
  function heightOf(all, unit, log) {
    const wide = (bar) => Math.max(bar.high - bar.low, BAR_PX / unit);
    const widths = all.map(wide);
    const even = Math.max(...widths) <= EVEN * Math.min(...widths) && all.every((bar) => bar.of === all[0].of);
    if (log) return { rise: (bar) => Math.log10(1 + bar.count), counted: true };
    return even ? { rise: (bar) => bar.count, counted: true } : { rise: (bar) => bar.count / wide(bar), counted: false };
  }

  /* Counts at the left: round numbers, or powers of ten on a logarithmic axis. */
  function countAxis(context, y, box, look, log) {
    if (!log) return axisLeft(context, y, box, look);
    context.textAlign = "right";
    context.textBaseline = "middle";
    const most = Math.floor(y.high + 1e-9);
    const stride = Math.max(1, Math.ceil(most / 4));
    for (let power = 0; power <= most; power += stride) {
      const at = Math.round(y(Math.log10(1 + 10 ** power))) + 0.5;
      line(context, look.grid, [box.left, at], [box.right, at]);
      context.fillStyle = look.quiet;
      context.fillText(tb.format.short(10 ** power), box.left - 5, at);
    }
    return undefined;
  }

  /** The buckets of one step as bars: as high as their count, or where they differ in width, of an area like it. */
  function bars(canvas, data, { width, height, range, log }) {
    const context = begin(canvas, width, height);
    const look = colours(canvas);
    const box = { left: COUNTS_PX, right: width - 14, top: 8, bottom: height - BELOW_PX };
    const x = scale(...range, box.left, box.right);
    const unit = (box.right - box.left) / (range[1] - range[0]);
    const all = barsOf(data.edges, data.counts, unit);
    const { rise, counted } = heightOf(all, unit, log);
    const y = scale(0, Math.max(...all.map(rise), 0) || 1, box.bottom, box.top);
    axisBelow(context, x, box, look);
    if (counted) countAxis(context, y, box, look, log);
    line(context, look.line, [box.left, box.bottom + 0.5], [box.right, box.bottom + 0.5]);
    const place = (bar) => {
      const [from, to] = [x(bar.low), x(bar.high)];
      const wide = Math.max(to - from, BAR_PX);
      return { from: (from + to - wide) / 2, wide, top: y(rise(bar)) };
    };
    for (const bar of all) {
      const { from, wide, top } = place(bar);
      context.fillStyle = mix(look.paper, look.run, 0.55);
      context.fillRect(from, top, wide - (wide > 6 ? 1 : 0), box.bottom - top);
      context.fillStyle = look.run; // a line on top, so that the shape is told by more than a shade
      if (bar.count) context.fillRect(from, top, wide - (wide > 6 ? 1 : 0), 1);
    }
    return {
      bars: all,
      find(px, py) {
        if (py < box.top - 4 || py > box.bottom + 4) return null;
        const found = all.findIndex((bar) => px >= place(bar).from && px <= place(bar).from + place(bar).wide);
        return found < 0 ? null : { place: 0, bucket: found };
      },
      spot: ({ bucket }) => [place(all[bucket]).from + place(all[bucket]).wide / 2, place(all[bucket]).top],
      count: all.length,
    };
  }

  Object.assign(tb.histogramViews, { ridges, heatmap, quantiles: lines, step: bars });
  tb.histogramParts = { heightsOf, bucketAt, middle, nearest, overSteps, markStep, countAxis, BELOW_PX };
  tb.histogramCut = (data, log) => heightsOf(data, log).cut;
})(window.tailboard);
