/* Draws parts of time: stacked over the steps, and as a bar of shares. Each part has a colour and a pattern of its own. */
(function (tb) {
  "use strict";
  const { begin, scale, colours, mix, axisBelow, axisLeft, line } = tb.canvas;
  const LEFT_PX = 46;
  const RIGHT_PX = 10;
  const TOP_PX = 20;
  const BELOW_PX = 34;
  const CUT_OVER = 2.5; // a column so many times as high as nearly all others is cut, or nothing else could be seen
  const NEARLY_ALL = 0.9;
  const AIR = 1.15;
  const TILE_PX = 6;
  const LOOKS = {
    data: ["warn", "rising"],
    transfer: ["run-2", "dots"],
    step: ["accent", "plain"],
    evaluation: ["good", "falling"],
    checkpoint: ["run-3", "upright"],
    other: ["text-quiet", "level"],
  };
  const OWN = ["run-4", "run-7", "run-1", "run-5"]; // of parts that a training named itself
  const NAMES = { data: "waiting for data", transfer: "host to device" };

  /** The colour and the pattern of a part; `own` are all parts that are not among the known ones. */
  function lookOf(part, own) {
    const place = own.indexOf(part);
    const [token, pattern] = LOOKS[part] || [OWN[place % OWN.length], ["grid", "upright", "dots", "rising"][Math.floor(place / OWN.length) % 4]];
    return { colour: getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim(), pattern };
  }

  const LINES = {
    rising: [[-1, 1, 1, -1], [0, 6, 6, 0], [5, 7, 7, 5]],
    falling: [[-1, 5, 1, 7], [0, 0, 6, 6], [5, -1, 7, 1]],
    upright: [[3, 0, 3, 6]],
    level: [[0, 3, 6, 3]],
    grid: [[0, 3, 6, 3], [3, 0, 3, 6]],
  };
  const tiles = new Map();

  /* A fill that is told by its pattern where colours are not. */
  function fillOf(context, { colour, pattern }, paper) {
    const sharp = window.devicePixelRatio || 1;
    const key = [colour, pattern, paper, sharp].join();
    if (!tiles.has(key)) tiles.set(key, tileOf(colour, pattern, paper, sharp));
    const fill = context.createPattern(tiles.get(key), "repeat");
    fill.setTransform(new DOMMatrix().scale(1 / sharp));
    return fill;
  }

  function tileOf(colour, pattern, paper, sharp) {
    const tile = Object.assign(document.createElement("canvas"), { width: TILE_PX * sharp, height: TILE_PX * sharp });
    const context = tile.getContext("2d");
    context.scale(sharp, sharp);
    context.fillStyle = mix(paper, colour, pattern === "plain" ? 0.62 : 0.3);
    context.fillRect(0, 0, TILE_PX, TILE_PX);
    context.strokeStyle = context.fillStyle = mix(paper, colour, 0.85);
    context.lineWidth = 1.2;
    for (const [fromX, fromY, toX, toY] of LINES[pattern] || []) {
      context.beginPath();
      context.moveTo(fromX, fromY);
      context.lineTo(toX, toY);
      context.stroke();
    }
    if (pattern === "dots") for (const [x, y] of [[1.5, 1.5], [4.5, 4.5]]) context.fillRect(x - 0.8, y - 0.8, 1.7, 1.7);
    return tile;
  }

  /** Seconds per step of each part and column: [part][column]. */
  function perStep({ columns }) {
    return columns.seconds.map((part) => part.map((seconds, i) => seconds / Math.max(1, columns.steps[i])));
  }

  /** How high the axis of a run is, in seconds: all columns, or nearly all where a few would flatten them. */
  function heightOf(data) {
    const totals = perStep(data).reduce((sum, part) => sum.map((value, i) => value + part[i]), data.columns.to.map(() => 0));
    const sorted = [...totals].sort((a, b) => a - b);
    const most = sorted.at(-1) || 0;
    const usual = sorted[Math.floor(NEARLY_ALL * (sorted.length - 1))] || 0;
    return most > CUT_OVER * usual && usual > 0 ? usual * AIR * 1.3 : most * AIR || 1;
  }

  /** The unit in which seconds are told: [its name, how many of it make a second]. */
  const unitOf = (seconds) => (seconds >= 1 ? ["s", 1] : seconds >= 1e-3 ? ["ms", 1e3] : ["µs", 1e6]);

  /** Seconds with a fitting unit: 1.23 s, 45.6 ms. */
  function duration(seconds) {
    if (seconds >= 100) return tb.format.span(seconds);
    const [unit, times] = unitOf(seconds || 1);
    return `${Number((seconds * times).toPrecision(3))} ${unit}`;
  }

  /** Draw the parts over the steps. `look`: {width, height, top in seconds, at: a column or -1, own}. Returns {columnAt, middleOf}. */
  function drawStack(canvas, data, look) {
    const context = begin(canvas, look.width, look.height);
    const theme = colours(canvas);
    const box = { left: LEFT_PX, right: look.width - RIGHT_PX, top: TOP_PX, bottom: look.height - BELOW_PX };
    const { columns, parts } = data;
    const ends = columns.to.map((step) => step + 1);
    const x = scale(columns.from[0], ends.at(-1), box.left, box.right);
    const [unit, times] = unitOf(look.top);
    const y = scale(0, look.top * times, box.bottom, box.top);
    axisBelow(context, x, box, theme, true);
    axisLeft(context, y, box, theme);
    context.fillStyle = theme.quiet;
    context.textBaseline = "top";
    context.textAlign = "left";
    context.fillText(`${unit} per step`, 2, 2);
    context.textAlign = "right";
    context.fillText("step", box.right, look.height - 13);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    const below = columns.to.map(() => 0);
    perStep(data).forEach((values, place) => {
      const above = values.map((value, i) => below[i] + value * times);
      layer(lookOf(parts[place], look.own), above);
      above.forEach((value, i) => (below[i] = value));
    });
    context.restore();
    const cut = columns.to.flatMap((_, i) => (below[i] > look.top * times ? [i] : []));
    context.fillStyle = theme.text;
    for (const i of cut) arrow(middleOf(i));
    if (look.at >= 0) mark(look.at);

    function layer(style, above) {
      context.beginPath();
      columns.to.forEach((_, i) => {
        context.rect(x(columns.from[i]), y(above[i]), Math.max(x(ends[i]) - x(columns.from[i]), 0.5), y(below[i]) - y(above[i]));
      });
      context.fillStyle = fillOf(context, style, theme.paper);
      context.fill();
      context.strokeStyle = style.colour;
      context.lineWidth = 1;
      context.beginPath();
      columns.to.forEach((_, i) => {
        if (above[i] === below[i]) return;
        context.moveTo(x(columns.from[i]), y(above[i]));
        context.lineTo(x(ends[i]), y(above[i]));
      });
      context.stroke();
    }

    function middleOf(i) {
      return (x(columns.from[i]) + x(ends[i])) / 2;
    }

    /* This column goes on above the axis. */
    function arrow(px) {
      context.beginPath();
      [[px - 3.5, box.top - 1], [px + 3.5, box.top - 1], [px, box.top - 7]].forEach((at) => context.lineTo(...at));
      context.fill();
    }

    function mark(i) {
      const [from, to] = [x(columns.from[i]), x(ends[i])];
      for (const at of [from, Math.max(to, from + 2)]) line(context, theme.text, [at, box.top], [at, box.bottom], [2, 2]);
    }

    function columnAt(px) {
      if (px < box.left - 6 || px > box.right + 6) return -1;
      const step = x.back(Math.min(Math.max(px, box.left), box.right));
      const found = ends.findIndex((end) => step < end);
      return found < 0 ? ends.length - 1 : found;
    }

    return { columnAt, middleOf, cut: cut.length, most: Math.max(...below) / times };
  }

  /** Draw shares of a whole as one bar, with the percentages that fit. */
  function drawShares(canvas, shares, look) {
    const context = begin(canvas, look.width, look.height);
    const theme = colours(canvas);
    let from = 0;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const { part, share } of shares) {
      const width = share * look.width;
      const style = lookOf(part, look.own);
      context.fillStyle = fillOf(context, style, theme.paper);
      context.fillRect(from, 0, width, look.height);
      context.strokeStyle = style.colour;
      context.lineWidth = 1;
      if (width > 1) context.strokeRect(from + 0.5, 0.5, width - 1, look.height - 1);
      const text = `${Math.round(100 * share)} %`;
      const room = context.measureText(text).width;
      if (room + 10 < width) {
        context.fillStyle = theme.paper;
        context.fillRect(from + width / 2 - room / 2 - 3, 3, room + 6, look.height - 6);
        context.fillStyle = theme.text;
        context.fillText(text, from + width / 2, look.height / 2 + 0.5);
      }
      from += width;
    }
  }

  /** A small square in the look of a part, with its name. */
  function swatch(part, own) {
    const canvas = tb.make("canvas", { class: "time-swatch", "aria-hidden": "true" });
    const context = begin(canvas, 14, 12);
    const style = lookOf(part, own);
    context.fillStyle = fillOf(context, style, colours(canvas).paper);
    context.fillRect(0, 0, 14, 12);
    context.strokeStyle = style.colour;
    context.strokeRect(0.5, 0.5, 13, 11);
    return canvas;
  }

  const nameOf = (part) => NAMES[part] || part;
  const isKnown = (part) => Object.hasOwn(LOOKS, part);
  Object.assign(tb.time, { drawStack, drawShares, swatch, perStep, heightOf, duration, nameOf, isKnown });
})(window.tailboard);
