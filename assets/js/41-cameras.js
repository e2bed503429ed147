/* Where the meshes of a tag are looked at from: one camera for all cells of a section, kept in the view, and the box that
   all of them are fitted to, so that shapes of different runs and steps compare in size. */
(function (tb) {
  "use strict";
  const TOLD_AFTER_MS = 250; // resting for so long puts a camera into the address
  const FIRST = { yaw: -0.6, pitch: 0.45, zoom: 1, x: 0, y: 0, up: "y" };
  const MOST_ZOOM = 60;
  const cameras = new Map(); // tag -> camera
  const boxes = new Map(); // tag -> {low, high}
  const listeners = new Set();
  let telling = 0;
  let told = null; // the view's list when it was read or written last

  function read() {
    const { mesh_cameras: list } = tb.view.get();
    const text = JSON.stringify(list);
    if (text === told) return;
    told = text;
    cameras.clear();
    for (const entry of list) {
      try {
        const [tag, yaw, pitch, zoom, x, y, up] = JSON.parse(entry);
        if ([yaw, pitch, zoom, x, y].every(Number.isFinite)) cameras.set(tag, { yaw, pitch, zoom, x, y, up: up === "z" ? "z" : "y" });
      } catch (broken) {
        /* an address that somebody shortened: the camera stands where it begins */
      }
    }
  }

  /** The camera of a tag: angles in radians, `zoom` 1 shows all of the box, `x` and `y` move the picture, in radii. */
  function of(tag) {
    read();
    return cameras.get(tag) || FIRST;
  }

  function set(tag, changes) {
    const camera = { ...of(tag), ...changes };
    camera.pitch = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, camera.pitch));
    camera.zoom = Math.max(0.1, Math.min(MOST_ZOOM, camera.zoom));
    cameras.set(tag, camera);
    listeners.forEach((listener) => listener(tag));
    clearTimeout(telling);
    telling = setTimeout(tell, TOLD_AFTER_MS);
  }

  function tell() {
    const round = (number) => Math.round(number * 1000) / 1000;
    const list = [...cameras].map(([tag, one]) => JSON.stringify([tag, round(one.yaw), round(one.pitch), round(one.zoom), round(one.x), round(one.y), one.up]));
    told = JSON.stringify(list);
    tb.view.set({ mesh_cameras: list });
  }

  /** Make the box of a tag hold this one too. */
  function include(tag, low, high) {
    const box = boxes.get(tag);
    if (!box) boxes.set(tag, { low: [...low], high: [...high] });
    else if (low.some((value, i) => value < box.low[i]) || high.some((value, i) => value > box.high[i])) {
      boxes.set(tag, { low: box.low.map((value, i) => Math.min(value, low[i])), high: box.high.map((value, i) => Math.max(value, high[i])) });
      listeners.forEach((listener) => listener(tag));
    }
  }

  /** The box of a tag with its `middle` and `radius`. */
  function boxOf(tag) {
    const { low, high } = boxes.get(tag) || { low: [-1, -1, -1], high: [1, 1, 1] };
    const middle = low.map((value, i) => (value + high[i]) / 2);
    return { low, high, middle, radius: Math.hypot(...low.map((value, i) => high[i] - value)) / 2 || 1 };
  }

  /** Stand where a camera begins, and fit to what is shown from now on. */
  function reset(tag) {
    boxes.delete(tag);
    set(tag, { ...FIRST, up: of(tag).up });
  }

  tb.cameras = { of, set, include, boxOf, reset, onChange: (listener) => listeners.add(listener), off: (listener) => listeners.delete(listener) };
})(window.tailboard);
