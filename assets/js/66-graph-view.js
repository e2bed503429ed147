/* Draws a scene as SVG that can be moved and zoomed, and says which box a person pointed at, chose or opened. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const { fitted, HEAD } = tb.graphs;
  const SVG = "http://www.w3.org/2000/svg";
  const LEAST = 0.02;
  const MOST = 3;
  const FAR = 0.5; // below this scale shapes are left out
  const VERY_FAR = 0.28; // and names too
  const FIRST = 0.75; // least scale at first sight: rather the beginning of the graph than all of it, unreadable
  const STEP = 1.25;
  const PAN_PX = 60;
  const DRAG_PX = 4; // less is a click
  const MARGIN = 24;

  function draw(name, attributes, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  class View {
    /** `act`: {choose(id or ""), toggle(id)}. */
    constructor(act) {
      this.act = act;
      this.camera = { x: 0, y: 0, k: 1 };
      this.layer = draw("g", {});
      const heads = [this.arrow("graph-arrow"), this.arrow("graph-arrow-strong")];
      this.svg = draw("svg", { class: "graph-svg", tabindex: "0", role: "group" }, draw("defs", {}, ...heads), this.layer);
      const button = (name, words, hint) => make("button", { class: "button", type: "button", "data-graph": name, text: words, title: hint, "aria-label": hint });
      this.tools = make("div", { class: "graph-tools" }, button("out", "−", "Smaller (-)"), button("in", "+", "Larger (+)"), button("fit", "fit", "All of it (0)"));
      this.element = make("div", { class: "graph-view" }, this.svg, this.tools);
      this.listen();
    }

    arrow(id) {
      return draw("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, draw("path", { d: "M0 0.5L8 4L0 7.5z" }));
    }

    listen() {
      const { svg } = this;
      svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
      svg.addEventListener("pointerdown", (event) => this.press(event));
      svg.addEventListener("dblclick", (event) => {
        const id = idAt(event);
        if (id !== null && !event.target.closest(".graph-toggle")) this.act.toggle(id);
      });
      svg.addEventListener("pointerover", (event) => this.hover(idAt(event)));
      svg.addEventListener("pointerleave", () => this.hover(null));
      svg.addEventListener("keydown", (event) => this.key(event));
      this.tools.addEventListener("click", (event) => this.tool(event.target.dataset.graph));
    }

    tool(name) {
      if (name === "fit") this.fit();
      if (name === "in") this.zoom(STEP);
      if (name === "out") this.zoom(1 / STEP);
    }

    /** Draw another scene; `anchor`, a box that is in both, stays where it is. */
    show(scene, anchor) {
      const before = anchor !== null && this.scene ? this.scene.at.get(anchor) : null;
      const after = before && scene.at.get(anchor);
      this.scene = scene;
      this.elements = new Map();
      this.lines = [];
      this.layer.replaceChildren(...this.shapes(scene));
      if (after) this.move(this.camera.x + (before.x - after.x) * this.camera.k, this.camera.y + (before.y - after.y) * this.camera.k);
      this.mark();
    }

    /* Boxes stand before what is in them, and edges after the box around them: three lists would hide one another. */
    shapes(scene) {
      const boxes = scene.boxes.filter((box) => box.open).map((box) => this.box(box));
      const edges = scene.edges.map((edge) => this.edge(edge));
      const others = scene.boxes.filter((box) => !box.open).map((box) => (box.port ? draw("circle", { class: "graph-port", cx: box.x, cy: box.y, r: 3 }) : this.box(box)));
      return [...boxes, ...edges, ...others];
    }

    box({ item, x, y, w, h, open }) {
      const opens = item.items.length > 0;
      const name = draw("text", { class: "graph-name", x: item.kind === "op" ? w / 2 : opens ? 24 : 9, y: 17 });
      const group = draw("g", { class: `graph-box graph-${item.kind}${open ? " graph-open" : ""}`, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`, "data-id": item.id });
      group.append(draw("rect", { width: w.toFixed(1), height: h.toFixed(1), rx: item.kind === "op" ? 12 : 5 }), name);
      if (item.alike) group.prepend(draw("rect", { class: "graph-behind", x: 4, y: 4, width: w.toFixed(1), height: h.toFixed(1), rx: 5 }));
      name.textContent = fitted(item.name, w - (opens ? 34 : 18), true);
      if (item.kind !== "op") {
        const what = draw("text", open ? { class: "graph-what", x: 32 + tb.graphs.textWidth(name.textContent, true), y: 17 } : { class: "graph-what", x: opens ? 24 : 9, y: 33 });
        what.textContent = open ? item.what : fitted(item.what, w - (opens ? 34 : 18), false);
        group.append(what);
      }
      if (opens) group.append(draw("g", { class: "graph-toggle" }, draw("rect", { width: 22, height: Math.min(h, HEAD) }), draw("path", { d: open ? "M8 10h8l-4 6z" : "M9 8v8l6-4z" })));
      this.elements.set(item.id, group);
      return group;
    }

    edge(edge) {
      const path = draw("path", { class: "graph-edge", d: edge.path, [edge.back ? "marker-start" : "marker-end"]: "url(#graph-arrow)" });
      if (edge.a === null || edge.b === null) path.removeAttribute(edge.back ? "marker-start" : edge.b === null ? "marker-end" : "none");
      const group = draw("g", {}, path);
      if (edge.words) {
        const label = draw("text", { class: "graph-shape", x: edge.label.x.toFixed(1), y: edge.label.y.toFixed(1) });
        label.textContent = edge.words;
        group.append(label);
      }
      this.lines.push({ edge, group });
      return group;
    }

    /** Show which box is chosen, with its edges, and which were found. */
    mark(chosen = this.chosen, found = this.found) {
      this.chosen = chosen;
      this.found = found;
      for (const [id, element] of this.elements) {
        element.classList.toggle("chosen", id === chosen);
        element.classList.toggle("found", Boolean(found?.has(id)));
      }
      for (const { edge, group } of this.lines) {
        group.classList.toggle("graph-in", edge.b === chosen && chosen !== "");
        group.classList.toggle("graph-out", edge.a === chosen && chosen !== "");
      }
    }

    hover(id) {
      if (this.hovered === id) return;
      this.hovered = id;
      for (const { edge, group } of this.lines) group.classList.toggle("hovered", id !== null && (edge.a === id || edge.b === id));
      this.act.hover(id);
    }

    move(x, y, k = this.camera.k) {
      this.camera = { x, y, k };
      this.layer.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${k.toFixed(4)})`);
      this.svg.classList.toggle("far", k < FAR);
      this.svg.classList.toggle("very-far", k < VERY_FAR);
    }

    /** Zoom about a point of the view, its middle where none is given. */
    zoom(by, x = this.svg.clientWidth / 2, y = this.svg.clientHeight / 2) {
      const k = Math.min(MOST, Math.max(LEAST, this.camera.k * by));
      const real = k / this.camera.k;
      this.move(x - (x - this.camera.x) * real, y - (y - this.camera.y) * real, k);
    }

    scaleOfAll() {
      return Math.min(1.2, (this.svg.clientWidth - MARGIN) / this.scene.w, (this.svg.clientHeight - MARGIN) / this.scene.h);
    }

    fit() {
      const k = Math.max(LEAST, this.scaleOfAll());
      this.move((this.svg.clientWidth - this.scene.w * k) / 2, (this.svg.clientHeight - this.scene.h * k) / 2, k);
    }

    /** Begin anew where the window has another size and nobody has moved anything yet. */
    settle() {
      const size = `${this.svg.clientWidth} ${this.svg.clientHeight}`;
      if (this.began && this.began.size !== size && this.began.camera === this.camera) this.begin();
    }

    /** Where a graph begins: all of it, or its top where that would be too small to read. */
    begin() {
      if (this.scaleOfAll() >= FIRST) this.fit();
      else this.move((this.svg.clientWidth - this.scene.w * FIRST) / 2, MARGIN / 2, FIRST);
      this.began = { camera: this.camera, size: `${this.svg.clientWidth} ${this.svg.clientHeight}` };
    }

    /** Bring a box into sight, where it is not. */
    reveal(id) {
      const box = this.scene?.at.get(id);
      if (!box) return;
      const k = Math.max(this.camera.k, FAR);
      const { clientWidth: width, clientHeight: height } = this.svg;
      const [left, top] = [this.camera.x + box.x * this.camera.k, this.camera.y + box.y * this.camera.k];
      const seen = left >= 0 && top >= 0 && left + Math.min(box.w, 200) * k <= width && top + Math.min(box.h, 60) * k <= height;
      if (seen && k === this.camera.k) return;
      this.move(width / 2 - (box.x + Math.min(box.w, width / k) / 2) * k, height / 3 - box.y * k, k);
    }

    wheel(event) {
      event.preventDefault();
      const frame = this.svg.getBoundingClientRect();
      const lines = event.deltaMode === 1 ? 16 : 1;
      this.zoom(Math.exp(-Math.max(-60, Math.min(60, event.deltaY * lines)) * 0.004), event.clientX - frame.left, event.clientY - frame.top);
    }

    press(event) {
      if (event.button !== 0) return;
      const { x, y } = this.camera;
      const id = idAt(event);
      const toggles = Boolean(event.target.closest(".graph-toggle"));
      let dragged = false;
      const move = ({ clientX, clientY }) => {
        const [dx, dy] = [clientX - event.clientX, clientY - event.clientY];
        if (!dragged && Math.hypot(dx, dy) <= DRAG_PX) return;
        if (!dragged) this.svg.setPointerCapture(event.pointerId); // not before: a captured double click hits no box
        dragged = true;
        this.move(x + dx, y + dy);
      };
      const up = ({ target }) => {
        this.svg.removeEventListener("pointermove", move);
        this.svg.classList.remove("dragging");
        if (dragged || !this.svg.contains(target)) return;
        if (toggles) this.act.toggle(id);
        else this.act.choose(id ?? "");
      };
      this.svg.classList.add("dragging");
      this.svg.addEventListener("pointermove", move);
      addEventListener("pointerup", up, { once: true });
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const sides = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
      const acts = { "+": () => this.zoom(STEP), "=": () => this.zoom(STEP), "-": () => this.zoom(1 / STEP), 0: () => this.fit() };
      if (event.key in sides) {
        const [dx, dy] = sides[event.key];
        if (event.shiftKey) this.move(this.camera.x - dx * PAN_PX, this.camera.y - dy * PAN_PX);
        else this.step(dx, dy);
      } else if (event.key === "Enter" || event.key === " ") this.act.toggle(this.chosen);
      else if (acts[event.key]) acts[event.key]();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    /* Choose the nearest box on that side. */
    step(dx, dy) {
      const all = this.scene.boxes.filter((box) => box.item);
      const now = this.scene.at.get(this.chosen);
      if (!now) return all.length ? this.act.choose(all[0].item.id) : undefined;
      const around = new Set();
      for (let one = now.item.parent; one; one = one.parent) around.add(one.id);
      const middle = ({ x, y, w, h, open }) => [x + w / 2, open ? y + HEAD / 2 : y + h / 2];
      const [fromX, fromY] = middle(now);
      let [best, least] = [null, Infinity];
      for (const box of all) {
        if (box === now || around.has(box.item.id)) continue;
        const [x, y] = middle(box);
        const ahead = (x - fromX) * dx + (y - fromY) * dy;
        if (ahead < 1) continue;
        const cost = ahead + 2.5 * Math.abs((x - fromX) * dy + (y - fromY) * dx);
        if (cost < least) [best, least] = [box, cost];
      }
      return best ? this.act.choose(best.item.id) : undefined;
    }
  }

  function idAt(event) {
    const box = event.target.closest?.(".graph-box");
    return box ? box.dataset.id : null;
  }

  tb.graphs.View = View;
})(window.tailboard);
