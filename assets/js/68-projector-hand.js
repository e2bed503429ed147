/* What a hand does to a cloud: turn, move, enlarge, point, choose, and draw a box or a lasso around points. */
(function (tb) {
  "use strict";
  const P = tb.projector;
  const TURN = 0.008; // radians a pixel
  const KEY_TURN = 0.12;
  const KEY_MOVE_PX = 40;
  const KEY_ENLARGE = 1.25;
  const CLICK_PX = 4;

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  /** Let a cloud answer the pointer and keys. */
  P.steer = function (cloud) {
    const { canvas, page } = cloud;
    let drag = null; // {x, y, fromX, fromY, tool, path}

    const placeIn = (event) => {
      const frame = canvas.getBoundingClientRect();
      return [event.clientX - frame.left, event.clientY - frame.top];
    };
    const fromMiddle = ([x, y]) => [x - cloud.width / 2, y - cloud.height / 2];

    canvas.addEventListener("pointerdown", (event) => {
      if (event.button > 2) return;
      const [x, y] = placeIn(event);
      const moves = event.shiftKey || event.button > 0;
      const chosen = page.view().embedding_tool;
      const tool = chosen !== "move" ? chosen : moves || cloud.flat ? "pan" : "orbit";
      drag = { x, y, fromX: x, fromY: y, tool, path: [[x, y]], adds: event.shiftKey };
      canvas.setPointerCapture(event.pointerId);
      page.hover(cloud, -1);
    });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());

    canvas.addEventListener("pointermove", (event) => {
      const [x, y] = placeIn(event);
      if (!drag) return page.hover(cloud, cloud.find(x, y), event.clientX, event.clientY);
      const [dx, dy] = [x - drag.x, y - drag.y];
      Object.assign(drag, { x, y });
      if (drag.tool === "orbit") page.camera.orbit(dx * TURN, dy * TURN);
      else if (drag.tool === "pan") page.camera.pan(dx, dy);
      else {
        drag.path.push([x, y]);
        cloud.outline = outlineOf(drag);
        return cloud.mark();
      }
      return page.turned();
    });

    function release(event) {
      if (!drag) return;
      const { fromX, fromY, tool, adds } = drag;
      const outline = outlineOf(drag);
      drag = null;
      cloud.outline = null;
      if (event.type === "pointercancel") return cloud.mark();
      const [x, y] = placeIn(event);
      if (Math.hypot(x - fromX, y - fromY) < CLICK_PX) {
        cloud.mark();
        return page.choose(cloud, cloud.find(x, y));
      }
      return tool === "box" || tool === "lasso" ? page.select(cloud, within(cloud, outline), adds) : undefined;
    }
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", () => page.hover(cloud, -1));

    canvas.addEventListener("dblclick", () => page.fit());
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        page.camera.enlarge(Math.exp(-event.deltaY * (event.deltaMode ? 0.03 : 0.0015)), ...fromMiddle(placeIn(event)));
        page.turned();
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => press(event, cloud));
  };

  function press(event, { flat, page }) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow && (flat || event.shiftKey)) page.camera.pan(-arrow[0] * KEY_MOVE_PX, -arrow[1] * KEY_MOVE_PX);
    else if (arrow) page.camera.orbit(arrow[0] * KEY_TURN, arrow[1] * KEY_TURN);
    else if (event.key === "+" || event.key === "=") page.camera.enlarge(KEY_ENLARGE);
    else if (event.key === "-") page.camera.enlarge(1 / KEY_ENLARGE);
    else if (event.key === "0") page.camera.fit();
    else return;
    event.preventDefault();
    event.stopPropagation(); // arrows turn this cloud and leave the step
    page.turned();
  }

  function outlineOf({ tool, fromX, fromY, x, y, path }) {
    if (tool === "lasso") return path;
    return tool === "box" ? [[fromX, fromY], [x, fromY], [x, y], [fromX, y]] : null;
  }

  /* The points inside an outline: a ray to the right crosses it an odd number of times. */
  function within({ x, y, look }, outline) {
    const found = [];
    for (let one = 0; one < x.length; one += 1) {
      if (look.off[look.colours.of[one]]) continue;
      let inside = false;
      for (let i = 0, j = outline.length - 1; i < outline.length; j = i, i += 1) {
        const [[ax, ay], [bx, by]] = [outline[i], outline[j]];
        if (ay > y[one] !== by > y[one] && x[one] < ((bx - ax) * (y[one] - ay)) / (by - ay) + ax) inside = !inside;
      }
      if (inside) found.push(one);
    }
    return found;
  }
})(window.tailboard);
