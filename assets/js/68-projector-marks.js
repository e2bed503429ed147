/* What is drawn over the points of a cloud: axes, rings around the chosen point and those near it, labels. */
(function (tb) {
  "use strict";
  const P = tb.projector;
  const MOST_LABELS = 40;
  const LABEL_CHARS = 32;
  const ROOM_PX = 12; // between two labels

  /** Draw all marks of a cloud. */
  P.drawMarks = function (cloud) {
    const context = tb.canvas.begin(cloud.marks, cloud.width, cloud.height);
    const look = tb.canvas.colours(cloud.marks);
    drawAxes(cloud, context, look);
    const { chosen, near } = cloud.look;
    context.lineWidth = 1.25;
    for (const place of near) ring(cloud, context, look.text, place, 3);
    context.lineWidth = 2;
    if (chosen >= 0) ring(cloud, context, look.text, chosen, 5);
    if (cloud.hovered >= 0) ring(cloud, context, look.text, cloud.hovered, 3);
    if (cloud.look.labels) drawLabels(cloud, context, look);
    if (cloud.outline) drawOutline(context, look, cloud.outline);
  };

  function ring({ x, y, at, page }, context, colour, place, wider) {
    context.strokeStyle = colour;
    context.beginPath();
    context.arc(x[place], y[place], P.radiusFor(at.length / 3) * page.camera.zoom ** 0.35 + wider, 0, 2 * Math.PI);
    context.stroke();
  }

  /* From the middle of the picture along each axis, with its name at the end. */
  function drawAxes(cloud, context, look) {
    const ends = { x: new Float32Array(cloud.dims + 1), y: new Float32Array(cloud.dims + 1), near: new Float32Array(cloud.dims + 1) };
    const at = new Float32Array((cloud.dims + 1) * 3);
    for (let axis = 0; axis < cloud.dims; axis += 1) at[(axis + 1) * 3 + axis] = 1.08;
    P.project(at, cloud.page.camera, cloud.flat, cloud.width, cloud.height, ends);
    context.textBaseline = "middle";
    cloud.look.axes.forEach((name, axis) => {
      const [x, y] = [ends.x[axis + 1], ends.y[axis + 1]];
      tb.canvas.line(context, look.line, [ends.x[0], ends.y[0]], [x, y]);
      const half = context.measureText(name).width / 2;
      context.textAlign = "center";
      halo(context, look, look.quiet, name, Math.min(Math.max(x, half + 4), cloud.width - half - 4), Math.min(Math.max(y, 10), cloud.height - 10));
    });
  }

  function halo(context, look, colour, text, x, y) {
    context.lineWidth = 3;
    context.strokeStyle = look.paper;
    context.strokeText(text, x, y);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  /* Chosen first, then its neighbours, then what was found: as many as have room. */
  function drawLabels(cloud, context, look) {
    const { chosen, near, labelled } = cloud.look;
    const taken = [];
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (const place of [...(chosen >= 0 ? [chosen] : []), ...near, ...labelled]) {
      if (taken.length >= MOST_LABELS) break;
      const [x, y] = [cloud.x[place] + 8, cloud.y[place]];
      if (!(x > 0 && y > 0 && x < cloud.width && y < cloud.height)) continue;
      const text = shortened(cloud.labelOf(place));
      const box = { left: x, right: x + context.measureText(text).width, y };
      if (taken.some((other) => Math.abs(other.y - y) < ROOM_PX && other.left < box.right && box.left < other.right)) continue;
      taken.push(box);
      halo(context, look, look.text, text, x, y);
    }
  }

  const shortened = (text) => (text.length > LABEL_CHARS ? `${text.slice(0, LABEL_CHARS)}…` : text);

  function drawOutline(context, look, outline) {
    context.setLineDash([4, 3]);
    context.lineWidth = 1.25;
    context.strokeStyle = look.text;
    context.beginPath();
    outline.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.stroke();
    context.setLineDash([]);
  }
})(window.tailboard);
