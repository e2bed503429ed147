/* The course of one watched layer over the steps, as a line; the steps where it is not finite are crosses at the top. */
(function (tb) {
  "use strict";
  const { begin, scale, colours, axisBelow, axisLeft, line } = tb.canvas;
  const LEFT_PX = 52;
  const BELOW_PX = 22;
  const TOP_PX = 14;
  const CROSS_PX = 3;

  /* With logarithms the axis is of powers of ten, and what is not above 0 has no place. */
  function placesOf(values, log) {
    return values.map((value) => (value === null || (log && value <= 0) ? null : log ? Math.log10(value) : value));
  }

  function rangeOf(places, healthy) {
    const known = places.filter((place) => place !== null);
    if (healthy) known.push(Math.log10(tb.layers.scale.HEALTHY));
    if (!known.length) return [0, 1];
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const half = high > low ? 0.05 * (high - low) : Math.abs(low) / 10 || 0.5;
    return [low - half, high + half];
  }

  /** Draw `values` over `step`, of which those are null where nothing is `logged` or not finite; mark the step `at`. */
  tb.layers.paintCourse = (canvas, { step, values, logged, at, log, healthy, width, height }) => {
    const context = begin(canvas, width, height);
    const look = colours(canvas);
    const box = { left: LEFT_PX, right: width - 8, top: TOP_PX, bottom: height - BELOW_PX };
    const places = placesOf(values, log);
    const x = scale(step[0], step.at(-1), box.left, box.right);
    const y = scale(...rangeOf(places, healthy), box.bottom, box.top);
    axisBelow(context, x, box, look, true);
    axisLeft(context, y, box, look);
    context.fillStyle = look.quiet;
    context.textAlign = "left";
    if (log) context.fillText("log₁₀", 2, 6);
    if (healthy) {
      const middle = y(Math.log10(tb.layers.scale.HEALTHY));
      line(context, look.text, [box.left, middle], [box.right, middle], [2, 3]);
    }
    line(context, look.quiet, [x(at), box.top], [x(at), box.bottom], [2, 3]);
    context.strokeStyle = look.run;
    context.lineWidth = 1.5;
    context.beginPath();
    places.forEach((place, i) => (place === null || i === 0 || places[i - 1] === null ? context.moveTo(x(step[i]), y(place ?? y.low)) : context.lineTo(x(step[i]), y(place))));
    context.stroke();
    places.forEach((place, i) => place !== null && (step.length < 40 || i === step.indexOf(at)) && dot(context, look, x(step[i]), y(place)));
    values.forEach((value, i) => value === null && logged[i] >= 0 && cross(context, look, x(step[i]), TOP_PX - 6));
  };

  function dot(context, look, x, y) {
    context.fillStyle = look.run;
    context.beginPath();
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
    context.fill();
  }

  function cross(context, look, x, y) {
    context.strokeStyle = look.text;
    context.lineWidth = 1.25;
    context.beginPath();
    for (const side of [-1, 1]) {
      context.moveTo(x - CROSS_PX, y - side * CROSS_PX);
      context.lineTo(x + CROSS_PX, y + side * CROSS_PX);
    }
    context.stroke();
  }
})(window.tailboard);
