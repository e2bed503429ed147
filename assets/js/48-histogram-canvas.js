/* What all drawings of histograms share: a sharp canvas, colours of the theme, axes with round numbers. */
(function (tb) {
  "use strict";
  const FONT_PX = 11;
  const TICK_ROOM_PX = 50; // a label and some air
  const MOST_TICKS = 40;
  const LINE_ROOM_PX = 34;

  /** Distance of round numbers (1, 2 or 5 times a power of ten), of which at most `most` lie in the range. */
  function roundStep(low, high, most) {
    const rough = (high - low) / Math.max(1, most);
    if (!(rough > 0)) return 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].find((times) => times * power >= rough * 0.999) * power;
  }

  /** Round numbers in a range, each with its label: about `most`, and two where there can be, or no axis could be read. */
  function ticks(low, high, most) {
    for (let wanted = most; ; wanted += 1) {
      const found = labelled(low, high, roundStep(low, high, wanted));
      if (found.length > 1 || wanted > most + 3) return found;
    }
  }

  /* Multiples of `step`, with as many digits as tell them apart. */
  function labelled(low, high, step) {
    const size = Math.max(Math.abs(low), Math.abs(high));
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const power = size >= 1e5 || digits > 4;
    const exact = Math.max(0, Math.floor(Math.log10(size)) - Math.floor(Math.log10(step) + 1e-9));
    const found = [];
    for (let i = Math.ceil(low / step); i * step <= high && found.length < MOST_TICKS; i += 1) {
      const value = i * step;
      const text = i === 0 ? "0" : power ? shortPower(value, Math.min(exact, 6)) : value.toFixed(digits);
      found.push({ value, text: text.replace("-", "−") });
    }
    return found;
  }

  function shortPower(value, digits) {
    return value.toExponential(digits).replace(/\.?0+e/, "e").replace("e+", "e").replace("e-", "e−");
  }

  const whole = ({ value }) => Number.isInteger(value);

  /** Colours in force where `element` is: its own text colour (the run's) and tokens of the theme. */
  function colours(element) {
    const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const [paper, text, quiet, grid, line] = ["paper", "text", "text-quiet", "grid", "hairline"].map(token);
    return { run: getComputedStyle(element).color, paper, text, quiet, grid, line };
  }

  const scratch = document.createElement("canvas").getContext("2d");
  const known = new Map(); // colour -> red, green and blue
  function channels(colour) {
    if (!known.has(colour)) {
      scratch.fillStyle = colour; // the browser writes any colour as #rrggbb
      const hex = scratch.fillStyle;
      known.set(colour, [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
    }
    return known.get(colour);
  }

  /** `share` of one colour, the rest of the other. */
  function mix(from, to, share) {
    const [a, b] = [channels(from), channels(to)];
    return `rgb(${a.map((value, i) => Math.round(value + (b[i] - value) * share)).join(" ")})`;
  }

  /** Clear the canvas at the screen's own resolution. Lengths are CSS pixels. */
  function begin(canvas, width, height) {
    const sharp = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * sharp), Math.round(height * sharp)];
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = `${FONT_PX}px ${getComputedStyle(canvas).fontFamily}`;
    context.lineJoin = "round";
    return context;
  }

  /** A linear scale from [low, high] to [from, to], with its way back. */
  function scale(low, high, from, to) {
    const unit = high > low ? (to - from) / (high - low) : 0;
    const at = (value) => (unit ? from + (value - low) * unit : (from + to) / 2);
    return Object.assign(at, { low, high, back: (px) => (unit ? low + (px - from) / unit : low) });
  }

  /** Axis below: lines up to `top`, labels under `bottom`. */
  function axisBelow(context, x, { left, right, top, bottom }, look, integers = false) {
    const marks = ticks(x.low, x.high, Math.max(2, Math.floor((right - left) / TICK_ROOM_PX)));
    context.textBaseline = "top";
    for (const mark of integers ? marks.filter(whole) : marks) {
      const at = Math.round(x(mark.value)) + 0.5;
      line(context, look.grid, [at, top], [at, bottom]);
      context.fillStyle = look.quiet;
      const text = integers ? tb.format.short(mark.value) : mark.text;
      const half = context.measureText(text).width / 2;
      context.textAlign = "center";
      context.fillText(text, Math.min(Math.max(at, half), right + 8 - half), bottom + 4);
    }
  }

  /** Axis at the left: lines from `left` to `right`, labels before them. */
  function axisLeft(context, y, { left, right, top, bottom }, look) {
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const { value, text } of ticks(y.low, y.high, Math.max(2, Math.floor((bottom - top) / LINE_ROOM_PX)))) {
      const at = Math.round(y(value)) + 0.5;
      line(context, look.grid, [left, at], [right, at]);
      context.fillStyle = look.quiet;
      context.fillText(text, left - 5, at);
    }
  }

  function line(context, colour, [x, y], [toX, toY], dash = []) {
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(toX, toY);
    context.stroke();
    context.setLineDash([]);
  }

  tb.canvas = { begin, scale, colours, mix, axisBelow, axisLeft, line, ticks };
})(window.tailboard);
