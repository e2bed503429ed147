/* Outlines on one axis: all steps of one run, or several runs at one step; and the quantiles of several runs.
   Drawn like the views of 48-histogram-views.js. Of several runs, `data` is {series: [{run, colour, dash, data}], step}. */
(function (tb) {
  "use strict";
  const { begin, scale, colours, mix, axisBelow, axisLeft, line } = tb.canvas;
  const FAINT = 0.12; // of the oldest step
  const HIT_PX = 24; // an outline so near to the pointer is told of

  const box = (width, height, left) => ({ left, right: width - 10, top: 8, bottom: height - tb.histogramParts.BELOW_PX });

  function outline(context, x, y, edges, heights) {
    context.beginPath();
    context.moveTo(x(edges[0]), y(0));
    heights.forEach((value, i) => {
      context.lineTo(x(edges[i]), y(value));
      context.lineTo(x(edges[i + 1]), y(value));
    });
    context.lineTo(x(edges.at(-1)), y(0));
  }

  /** The outlines of all steps on one axis, the older the fainter; the chosen one, else the latest, is strong. */
  function overlay(canvas, data, { width, height, range, marked, log }) {
    const { heightsOf, bucketAt, middle } = tb.histogramParts;
    const context = begin(canvas, width, height);
    const look = colours(canvas);
    const frame = box(width, height, 6);
    const x = scale(...range, frame.left, frame.right);
    const { shares, top } = heightsOf(data, log);
    const y = scale(0, top, frame.bottom, frame.top);
    const last = data.step.length - 1;
    const strong = marked ?? last;
    axisBelow(context, x, frame, look);
    line(context, look.line, [frame.left, frame.bottom + 0.5], [frame.right, frame.bottom + 0.5]);
    const draw = (i) => {
      context.beginPath();
      context.moveTo(x(data.edges[0]), y(0));
      shares[i].forEach((share, bucket) => context.lineTo(x(middle(data.edges, bucket)), y(Math.min(share, top))));
      context.lineTo(x(data.edges.at(-1)), y(0));
    };
    data.step.forEach((_, i) => {
      draw(i);
      context.strokeStyle = mix(look.paper, look.run, FAINT + (0.6 * (i + 1)) / (last + 1));
      context.lineWidth = 0.75;
      context.stroke();
    });
    if (strong >= 0) {
      draw(strong);
      context.fillStyle = look.run;
      context.globalAlpha = 0.15;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = marked === null ? look.run : look.text;
      context.lineWidth = 2;
      context.stroke();
    }
    const rise = (i, bucket) => y(Math.min(shares[i][bucket], top));
    return {
      find(px, py) {
        if (px < frame.left || px > frame.right || py > frame.bottom + 2) return null;
        const value = x.back(px);
        const bucket = bucketAt(data.edges, value);
        let place = strong; // where several lie on each other, that one
        for (let i = last; i >= 0; i -= 1) if (Math.abs(rise(i, bucket) - py) < Math.abs(rise(place, bucket) - py) - 0.5) place = i;
        return Math.abs(rise(place, bucket) - py) <= HIT_PX ? { place, bucket, value } : { place: strong, bucket, value };
      },
      spot: ({ place, bucket }) => [x(middle(data.edges, bucket)), rise(place, bucket)],
      count: data.edges.length - 1,
    };
  }

  /** Place of the bucket of rising edges that holds a value; −1 where none does. The last one holds its end too. */
  function bucketOf(edges, value) {
    if (value < edges[0] || value > edges.at(-1)) return -1;
    const after = edges.findIndex((edge, i) => i > 0 && (edge > value || (edge === value && i === edges.length - 1)));
    return after - 1;
  }

  /* Heights that compare runs: of each, the share of its values per unit, or the count. */
  function heightsOfRun({ edges, counts }, log, least) {
    const total = counts.reduce((sum, count) => sum + count, 0) || 1;
    return counts.map((count, i) => (log ? Math.log10(1 + count) : count / total / Math.max(edges[i + 1] - edges[i], least)));
  }

  /** Several runs at one step, each an outline in its own colour and dash; the area under each is 1. */
  function together(canvas, { series }, { width, height, range, log }) {
    const context = begin(canvas, width, height);
    const look = colours(canvas);
    const frame = box(width, height, log ? 40 : 6);
    const x = scale(...range, frame.left, frame.right);
    const least = (range[1] - range[0]) / 200;
    const filled = series.filter(({ data }) => data.counts.length);
    const heights = filled.map(({ data }) => heightsOfRun(data, log, least));
    const y = scale(0, Math.max(...heights.flat(), 0) || 1, frame.bottom, frame.top);
    axisBelow(context, x, frame, look);
    if (log) tb.histogramParts.countAxis(context, y, frame, look, true);
    line(context, look.line, [frame.left, frame.bottom + 0.5], [frame.right, frame.bottom + 0.5]);
    filled.forEach(({ colour, dash, data }, i) => {
      outline(context, x, y, data.edges, heights[i]);
      context.strokeStyle = colour;
      context.lineWidth = 1.75;
      context.setLineDash(dash);
      context.stroke();
    });
    context.setLineDash([]);
    return {
      find: (px, py) => (px < frame.left || px > frame.right || py > frame.bottom + 2 ? null : { place: 0, bucket: Math.floor(px - frame.left), value: x.back(px) }),
      spot: ({ bucket }) => [frame.left + bucket, (frame.top + frame.bottom) / 2],
      valueAt: (bucket) => x.back(frame.left + bucket),
      count: Math.floor(frame.right - frame.left),
    };
  }

  /** The quantiles of several runs over steps: of each the median as a line and 5 to 95 % as a band. */
  function bands(canvas, { series }, { width, height, range, steps, step }) {
    const { overSteps, markStep, nearest } = tb.histogramParts;
    const context = begin(canvas, width, height);
    const look = colours(canvas);
    const { box: frame, x, y } = overSteps(width, height, range, steps);
    axisLeft(context, y, frame, look);
    axisBelow(context, x, frame, look, true);
    const everyStep = [...new Set(series.flatMap(({ data }) => data.step))].sort((a, b) => a - b);
    for (const { colour, dash, data } of series) {
      const filled = data.step.map((_, i) => i).filter((i) => Number.isFinite(data.quantiles[i][0]));
      const path = (level, places) => places.forEach((i) => context.lineTo(x(data.step[i]), y(data.quantiles[i][level])));
      context.beginPath();
      path(1, filled);
      path(5, [...filled].reverse());
      context.globalAlpha = 0.14;
      context.fillStyle = colour;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = colour;
      for (const [level, thick] of [[3, 2], [1, 0.75], [5, 0.75]]) {
        context.beginPath();
        path(level, filled);
        context.setLineDash(dash);
        context.lineWidth = thick;
        context.stroke();
      }
    }
    context.setLineDash([]);
    if (step !== null) markStep(context, look, x, step, frame);
    return {
      find: (px, py) => (px < frame.left || px > frame.right || py < frame.top || py > frame.bottom ? null : { place: 0, bucket: nearest(everyStep.map(x), px) }),
      spot: ({ bucket }) => [x(everyStep[bucket]), (frame.top + frame.bottom) / 2],
      valueAt: (bucket) => everyStep[bucket],
      count: everyStep.length,
    };
  }

  tb.histogramViews = { overlay }; // and those of 48-histogram-views.js
  tb.joinedViews = { step: together, quantiles: bands };
  tb.bucketOf = bucketOf;
})(window.tailboard);
