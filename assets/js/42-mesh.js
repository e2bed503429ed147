/* Draws meshes and point clouds: a canvas each, turned by dragging or by keys, all of a section together. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const WIDTHS_PX = { s: 200, m: 280, l: 480, xl: 760 };
  const HEIGHT = 0.8; // of its width
  const MOST_TILES = 9;
  const GAP_PX = 4;
  const FRAME_MS = 30; // drawing time per frame before the page gets its turn
  const FINE_AFTER_MS = 160; // resting for so long draws with softer edges
  const FINE = 2; // pixels drawn for one that is shown, each way
  const TURN = 0.01; // radians per pixel
  const KEY_TURN = 0.12;
  const KEY_ZOOM = 1.2;
  const due = new Set();
  const rasters = new Map(); // "width height" -> Raster, for all canvases of that size
  let frame = 0;

  /** Promise of `{values, colours, faces, low, high}` of an item. Rejects where its arrays are not those of a mesh. */
  async function meshOf(item) {
    if (!item.src) throw new Error(item.caption || "it has no vertices.");
    const [points, colours, faces] = await Promise.all([tb.contents.array(item.src), ...["colors", "faces"].map((part) => (item.parts?.[part] ? tb.contents.array(item.parts[part]) : null))]);
    if (points.shape.at(-1) !== 3) throw new Error(`vertices have the shape (V, 3), and these (${points.shape.join(", ")}).`);
    const fits = colours && colours.values.length === points.values.length;
    return { values: points.values, colours: fits ? colours.values : null, faces: faces ? faces.values : null, ...boundsOf(points.values) };
  }

  function boundsOf(values) {
    const [low, high] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]];
    for (let i = 0; i < values.length; i += 1) {
      const axis = i % 3;
      if (values[i] < low[axis]) low[axis] = values[i];
      if (values[i] > high[axis]) high[axis] = values[i];
    }
    return low.every(Number.isFinite) && high.every(Number.isFinite) ? { low, high } : { low: [0, 0, 0], high: [0, 0, 0] };
  }

  function drawDue() {
    frame = 0;
    const start = performance.now();
    for (const view of due) {
      due.delete(view);
      view.draw();
      if (performance.now() - start > FRAME_MS) break;
    }
    if (due.size) later();
  }
  function later(view) {
    if (view) due.add(view);
    if (!frame) frame = requestAnimationFrame(drawDue);
  }

  function rasterOf(width, height) {
    const key = `${width} ${height}`;
    if (!rasters.has(key)) {
      if (rasters.size > 5) rasters.clear();
      const canvas = make("canvas", { width, height });
      rasters.set(key, { raster: new tb.raster.Raster(width, height), canvas });
    }
    return rasters.get(key);
  }

  /* One mesh on one canvas. */
  class View {
    constructor(tag, isLarge) {
      this.tag = tag;
      this.canvas = make("canvas", { class: "mesh", tabindex: "0", role: "img", "data-own-keys": "" });
      this.words = make("p", { class: "mesh-words quiet" });
      this.element = make("div", { class: "mesh-view" }, this.canvas, this.words);
      this.awaited = new tb.Awaited((words) => this.fault(words));
      this.moved = (tag) => tag === this.tag && this.again();
      tb.cameras.onChange(this.moved);
      listen(this, isLarge);
    }

    show(item, width, height) {
      this.size = [width, height];
      const { mesh_form: form, mesh_point: point, mesh_box: box } = tb.view.get();
      const look = JSON.stringify([width, height, form, point, box, document.documentElement.dataset.theme, getComputedStyle(this.canvas).color, devicePixelRatio]);
      if (look !== this.look) this.again();
      this.look = look;
      this.awaited.show(item.src, () => meshOf(item), (mesh) => this.fill(item, mesh));
    }

    fill(item, mesh) {
      this.mesh = mesh;
      tb.cameras.include(this.tag, mesh.low, mesh.high);
      const vertices = `${format.integer(mesh.values.length / 3)} vertices`;
      const faces = mesh.faces ? `, ${format.integer(mesh.faces.length / 3)} faces` : "";
      const sides = mesh.low.map((low, i) => format.number(mesh.high[i] - low)).join(" × ");
      this.words.textContent = [item.caption, vertices + faces, sides].filter(Boolean).join(" · ");
      this.words.title = `${this.words.textContent}: sides along x, y and z`;
      this.canvas.setAttribute("aria-label", `${item.caption || "Mesh"} at step ${item.step}: ${vertices}${faces}. Arrow keys turn it, plus and minus zoom, 0 fits.`);
      this.again();
    }

    fault(words) {
      this.mesh = null;
      this.words.textContent = `This mesh could not be shown: ${words}`;
      later(this);
    }

    again() {
      this.fine = false;
      later(this);
      clearTimeout(this.rest);
      this.rest = setTimeout(() => {
        this.fine = true;
        later(this);
      }, FINE_AFTER_MS);
    }

    draw() {
      if (!this.canvas.isConnected || !this.size) return;
      const context = tb.canvas.begin(this.canvas, ...this.size);
      if (!this.mesh) return;
      const by = this.fine ? FINE : Math.min(1, window.devicePixelRatio || 1);
      const [width, height] = this.size.map((length) => Math.max(1, Math.round(length * by)));
      const { raster, canvas } = rasterOf(width, height);
      const { mesh_form: form, mesh_point: point, mesh_box: box } = tb.view.get();
      const look = { ...tb.canvas.colours(this.canvas), form, point, box };
      const marks = tb.drawMesh(raster, this.mesh, tb.cameras.of(this.tag), tb.cameras.boxOf(this.tag), look, by);
      canvas.getContext("2d").putImageData(raster.image, 0, 0);
      context.imageSmoothingQuality = "high";
      context.drawImage(canvas, 0, 0, ...this.size);
      context.fillStyle = look.text;
      for (const { text, x, y } of marks) context.fillText(text, x / by + 3, y / by - 3);
    }

    drop() {
      this.awaited.drop();
      clearTimeout(this.rest);
      due.delete(this);
      tb.cameras.off(this.moved);
      this.element.remove();
    }
  }

  function listen(view, isLarge) {
    const { canvas, tag } = view;
    const { of, set, reset } = tb.cameras;
    const turn = (yaw, pitch) => set(tag, { yaw: of(tag).yaw + yaw, pitch: of(tag).pitch + pitch });
    const zoom = (by) => set(tag, { zoom: of(tag).zoom * by });
    const keys = { ArrowLeft: () => turn(-KEY_TURN, 0), ArrowRight: () => turn(KEY_TURN, 0), ArrowUp: () => turn(0, KEY_TURN), ArrowDown: () => turn(0, -KEY_TURN), "+": () => zoom(KEY_ZOOM), "=": () => zoom(KEY_ZOOM), "-": () => zoom(1 / KEY_ZOOM), 0: () => reset(tag) };
    canvas.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    });
    canvas.addEventListener("wheel", (event) => {
      if (!isLarge && document.activeElement !== canvas) return; // the page scrolls over a wall of meshes
      event.preventDefault();
      zoom(2 ** (-event.deltaY / 300));
    }, { passive: false });
    canvas.addEventListener("dblclick", () => reset(tag));
    canvas.addEventListener("mousedown", (event) => isLarge && event.preventDefault()); // keys go on leafing through runs and steps
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("pointerdown", (event) => drag(view, event));
  }

  /* Drag turns; with Shift or the other button it moves. */
  function drag({ canvas, tag, size }, event) {
    const start = { ...tb.cameras.of(tag), px: event.clientX, py: event.clientY };
    const moves = event.shiftKey || event.button !== 0;
    canvas.setPointerCapture(event.pointerId);
    canvas.onpointermove = (move) => {
      const [dx, dy] = [move.clientX - start.px, move.clientY - start.py];
      const unit = 2 / (Math.min(...size) * start.zoom);
      tb.cameras.set(tag, moves ? { x: start.x + dx * unit, y: start.y - dy * unit } : { yaw: start.yaw + dx * TURN, pitch: start.pitch + dy * TURN });
    };
    canvas.onpointerup = canvas.onpointercancel = () => (canvas.onpointermove = null);
  }

  /* The meshes of one call, as tiles. */
  class Meshes {
    constructor(box, open, { tag }) {
      this.tag = tag;
      this.open = open;
      this.views = [];
      this.more = make("button", { class: "button mesh-more", type: "button" });
      this.more.addEventListener("click", () => open(MOST_TILES));
      this.element = make("div", { class: "meshes" });
      box.replaceChildren(this.element);
    }

    show(items, shape, width) {
      const count = Math.min(items.length, MOST_TILES);
      const columns = Math.ceil(Math.sqrt(Math.min(shape.count, MOST_TILES)));
      const rows = Math.ceil(Math.min(shape.count, MOST_TILES) / columns);
      const size = [(width - GAP_PX * (columns - 1)) / columns, (width * HEIGHT - GAP_PX * (rows - 1)) / rows];
      this.element.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
      while (this.views.length < count) this.views.push(new View(this.tag, false));
      while (this.views.length > count) this.views.pop().drop();
      this.more.textContent = `+${items.length - count} more`;
      tb.setChildren(this.element, [...this.views.map((view) => view.element), ...(items.length > count ? [this.more] : [])]);
      this.views.forEach((view, i) => view.show(items[i], Math.floor(size[0]), Math.floor(size[1])));
    }

    drop() {
      this.views.forEach((view) => view.drop());
      this.element.remove();
    }
  }

  function makeLarge(box) {
    let view = null;
    return {
      show(item, width, height) {
        const { tag } = tb.enlarged.target();
        if (view?.tag !== tag) {
          view?.drop();
          view = new View(tag, true);
          box.replaceChildren(view.element);
        }
        view.show(item, width, height);
      },
      drop: () => view?.drop(),
    };
  }

  tb.keys.extra.push(["← → ↑ ↓ + − 0", "focused mesh: turn, zoom, fit"]);
  tb.drawers.mesh = {
    widths: WIDTHS_PX,
    height: (shape, width) => Math.round(width * HEIGHT),
    tools: (section) => tb.meshTools(section),
    make: (box, open, about) => new Meshes(box, open, about),
    large: () => makeLarge,
  };
})(window.tailboard);
