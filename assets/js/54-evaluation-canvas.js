/* Lines on a canvas: curves at one step, or scores over steps.

   A line is {id, x, y, colour, dash, stepped, label, strong, faded}; x and y are numbers, NaN or null where nothing is
   known. `look` has width, height, `ranges` {x, y}, `titles` {x, y}, `whole` where x counts steps, `guides`: {from, to}
   in numbers, dashed, and `upright`: an x that is marked. Returns {near(px, py), spot(line, i)}. */
(function (tb) {
  "use strict";
  const { begin, scale, colours, mix, axisBelow, axisLeft } = tb.canvas;
  const LEFT_PX = 46;
  const RIGHT_PX = 12;
  const TOP_PX = 20; // the name of the axis that goes up
  const BELOW_PX = 36;
  const MOST_LABELS = 12; // more would cover the lines
  const DOT_PX = 3.5;

  const known = (value) => Number.isFinite(value); // false of null, too

  function draw(canvas, lines, look) {
    const context = begin(canvas, look.width, look.height);
    const theme = colours(canvas);
    const box = { left: LEFT_PX, right: look.width - RIGHT_PX, top: TOP_PX, bottom: look.height - BELOW_PX };
    const x = scale(...look.ranges.x, box.left, box.right);
    const y = scale(...look.ranges.y, box.bottom, box.top);
    axisBelow(context, x, box, theme, look.whole);
    axisLeft(context, y, box, theme);
    titles();
    context.save();
    context.beginPath();
    context.rect(box.left - 2, box.top - 3, box.right - box.left + 4, box.bottom - box.top + 6); // lines at 0 and 1 in full
    context.clip();
    for (const { from, to } of look.guides) stroke([from, to], theme.quiet, 1, [3, 3]);
    if (known(look.upright)) stroke([[look.upright, look.ranges.y[0]], [look.upright, look.ranges.y[1]]], theme.quiet, 1, []);
    const order = [...lines].sort((a, b) => Boolean(b.faded) - Boolean(a.faded) || Boolean(a.strong) - Boolean(b.strong));
    for (const line of order) drawLine(line);
    context.restore();
    for (const line of order) for (const mark of line.marks || []) dot(line, mark);
    const plain = lines.filter((line) => !line.faded);
    if (plain.length <= MOST_LABELS) plain.forEach(label);

    function titles() {
      context.fillStyle = theme.quiet;
      context.textBaseline = "top";
      context.textAlign = "left";
      context.fillText(look.titles.y, 2, 2);
      context.textAlign = "right";
      context.fillText(look.titles.x, box.right, look.height - 13);
    }

    function stroke(points, colour, width, dash) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      points.forEach(([px, py], i) => context[i ? "lineTo" : "moveTo"](x(px), y(py)));
      context.stroke();
      context.setLineDash([]);
    }

    function drawLine(line) {
      context.strokeStyle = line.faded ? mix(theme.paper, line.colour, 0.25) : line.colour;
      context.lineWidth = line.strong ? 2.5 : 1.5;
      context.setLineDash(line.dash);
      context.beginPath();
      let before = null;
      for (let i = 0; i < line.x.length; i += 1) {
        if (!known(line.x[i]) || !known(line.y[i])) {
          before = null;
          continue;
        }
        const [px, py] = [x(line.x[i]), y(line.y[i])];
        if (before === null) context.moveTo(px, py);
        else {
          if (line.stepped) context.lineTo(px, before);
          context.lineTo(px, py);
        }
        before = py;
      }
      context.stroke();
      context.setLineDash([]);
      if (line.x.length < 2) line.x.forEach((_, i) => known(line.y[i]) && dot(line, { i }));
    }

    function dot(line, { i, ring }) {
      if (i < 0 || !known(line.x[i]) || !known(line.y[i])) return;
      context.beginPath();
      context.arc(x(line.x[i]), y(line.y[i]), ring ? DOT_PX + 1 : DOT_PX, 0, 2 * Math.PI);
      context.fillStyle = ring ? theme.paper : line.colour;
      context.fill();
      context.strokeStyle = ring ? line.colour : theme.paper;
      context.lineWidth = ring ? 2 : 1;
      context.stroke();
    }

    /* The class of a line, written on it: each a little further along than the last. */
    function label(line, place) {
      if (!line.label) return;
      const aim = box.left + ((place + 0.5) / plain.length) * (box.right - box.left);
      let best = -1;
      for (let i = 0; i < line.x.length; i += 1) {
        if (known(line.x[i]) && known(line.y[i]) && (best < 0 || Math.abs(x(line.x[i]) - aim) < Math.abs(x(line.x[best]) - aim))) best = i;
      }
      if (best < 0) return;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineWidth = 3;
      context.strokeStyle = theme.paper;
      const half = context.measureText(line.label).width / 2;
      const at = Math.max(box.left + half + 4, Math.min(x(line.x[best]), box.right - half));
      context.strokeText(line.label, at, y(line.y[best]));
      context.fillStyle = line.colour;
      context.fillText(line.label, at, y(line.y[best]));
    }

    /** The point of any line that is nearest to a pixel: {line, i}, or null off the axes. */
    function near(px, py) {
      if (px < box.left - 8 || px > box.right + 8 || py < box.top - 8 || py > box.bottom + 8) return null;
      let best = null;
      let least = Infinity;
      for (const line of lines) {
        for (let i = 0; i < line.x.length; i += 1) {
          if (!known(line.x[i]) || !known(line.y[i])) continue;
          const [dx, dy] = [x(line.x[i]) - px, y(line.y[i]) - py];
          const far = dx * dx + dy * dy;
          if (far < least) [best, least] = [{ line, i }, far];
        }
      }
      return best;
    }

    return { near, spot: (line, i) => [x(line.x[i]), y(line.y[i])] };
  }

  /** The range of some numbers with air around, inside `within`. */
  function fitted(values, within) {
    const found = values.filter(known);
    if (!found.length) return within;
    const [low, high] = [Math.min, Math.max].map((end) => found.reduce((a, b) => end(a, b)));
    const air = (high - low) * 0.06 || 0.02;
    return [Math.max(within[0], low - air), Math.min(within[1], high + air)];
  }

  tb.linePlot = { draw, fitted, known };
})(window.tailboard);
