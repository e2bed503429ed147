/* Windows with a graph of nodes and edges: laid out by forces, the same way each time; nodes can be pulled. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const SVG = "http://www.w3.org/2000/svg";
  const RADIUS_PX = 9;
  const STEPS = 300;
  const PAIRS_PER_LAYOUT = 4e7; // larger graphs get fewer steps: a second of work at most
  const EDGE_PX = 34;

  function draw(name, attributes, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  /** Places of nodes, from -1 to 1: springs along edges against a push between all (Fruchterman and Reingold). */
  function layout(count, edges) {
    const at = Array.from({ length: count }, (_, i) => [Math.cos((2 * Math.PI * i) / count), Math.sin((2 * Math.PI * i) / count)]);
    const ideal = 1.2 / Math.sqrt(Math.max(1, count));
    const steps = Math.max(20, Math.min(STEPS, Math.round(PAIRS_PER_LAYOUT / Math.max(1, count * count))));
    for (let step = 0; step < steps; step++) {
      const force = at.map(([x, y]) => [-0.04 * x, -0.04 * y]); // parts without an edge between them stay near
      for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) pull(at, force, i, j, (d) => -(ideal * ideal) / d);
      for (const { source, target } of edges) if (source !== target) pull(at, force, source, target, (d) => (d * d) / ideal);
      const heat = 0.12 * (1 - step / steps) + 0.002;
      force.forEach(([fx, fy], i) => {
        const size = Math.hypot(fx, fy) || 1;
        at[i][0] += (fx / size) * Math.min(size, heat);
        at[i][1] += (fy / size) * Math.min(size, heat);
      });
    }
    return spread(at);
  }

  function pull(at, force, i, j, strength) {
    const [dx, dy] = [at[j][0] - at[i][0], at[j][1] - at[i][1]];
    const distance = Math.max(0.01, Math.hypot(dx, dy));
    const [fx, fy] = [dx, dy].map((part) => (part / distance) * strength(distance));
    force[i][0] += fx;
    force[i][1] += fy;
    force[j][0] -= fx;
    force[j][1] -= fy;
  }

  function spread(at) {
    for (const axis of [0, 1]) {
      const values = at.map((place) => place[axis]);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      for (const place of at) place[axis] = high > low ? (2 * (place[axis] - low)) / (high - low) - 1 : 0;
    }
    return at;
  }

  class NetworkPane {
    constructor(body, pane) {
      this.pane = pane;
      this.element = draw("svg", { class: "pane-network", role: "img" });
      body.append(this.element);
    }

    show(each) {
      const shape = JSON.stringify([each.nodes.length, each.edges.map(({ source, target }) => [source, target])]);
      if (shape !== this.shape) this.at = layout(each.nodes.length, each.edges);
      this.shape = shape;
      this.each = each;
      this.paint();
    }

    paint() {
      const { each } = this;
      const [width, height] = this.pane.room();
      const [mx, my] = [Math.min(EDGE_PX, width / 4), Math.min(EDGE_PX, height / 4)];
      this.place = ([x, y]) => [mx + ((x + 1) / 2) * (width - 2 * mx), my + ((y + 1) / 2) * (height - 2 * my)];
      this.unplace = (x, y) => [((x - mx) / (width - 2 * mx)) * 2 - 1, ((y - my) / (height - 2 * my)) * 2 - 1];
      const colours = tb.paneLook.palette();
      const names = `${each.nodes.length} nodes, ${each.edges.length} edges`;
      Object.entries({ width, height, viewBox: `0 0 ${width} ${height}`, "aria-label": `${this.pane.name}: ${names}` }).forEach(([key, value]) => this.element.setAttribute(key, value));
      const flag = (value) => (value === true ? "always" : value === "hover" ? "hover" : "never");
      this.element.dataset.edges = flag(each.showEdgeLabels);
      this.element.dataset.nodes = flag(each.showVertexLabels);
      this.edges = each.edges.map((edge) => this.edge(edge));
      this.nodes = each.nodes.map((node, i) => this.node(node, i, node.club === undefined || node.club === null ? "var(--accent)" : colours[node.club % colours.length]));
      const arrow = draw("marker", { id: this.arrowId(), viewBox: "0 -5 10 10", refX: 10, markerWidth: 7, markerHeight: 7, orient: "auto" }, draw("path", { d: "M0,-5L10,0L0,5", class: "network-arrow" }));
      this.element.replaceChildren(draw("defs", {}, arrow), ...this.edges.map(({ element }) => element), ...this.nodes);
      this.follow();
    }

    arrowId() {
      return `arrow-${this.pane.window.key.replace(/[^\w]/g, "-")}`;
    }

    edge({ source, target, label }) {
      const line = draw("line", { "marker-end": this.each.directed ? `url(#${this.arrowId()})` : null });
      const words = draw("text", { class: "network-edge-words" }, label ?? "");
      return { source, target, line, words, element: draw("g", { class: "network-edge" }, draw("title", {}, label ?? ""), line, words) };
    }

    node({ name, label }, i, colour) {
      const words = draw("text", { class: "network-words", x: RADIUS_PX + 4, dy: "0.35em" }, label ?? "");
      const element = draw("g", { class: "network-node" }, draw("title", {}, String(label ?? name)), draw("circle", { r: RADIUS_PX, style: `fill: ${colour}` }), words);
      element.addEventListener("pointerdown", (event) => this.hold(event, i));
      return element;
    }

    hold(event, i) {
      event.preventDefault();
      const box = this.element.getBoundingClientRect();
      const move = (now) => {
        this.at[i] = this.unplace(now.clientX - box.left, now.clientY - box.top).map((part) => Math.max(-1, Math.min(1, part)));
        this.follow();
      };
      const end = () => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
    }

    /* Put everything where its nodes are; an edge ends at the rim, so that its arrow is seen. */
    follow() {
      const places = this.at.map(this.place);
      const middle = this.element.viewBox.baseVal.width / 2;
      this.nodes.forEach((node, i) => {
        const [x, y] = places[i];
        node.setAttribute("transform", `translate(${x},${y})`);
        const words = node.lastChild;
        const left = x > middle;
        words.setAttribute("x", left ? -RADIUS_PX - 4 : RADIUS_PX + 4);
        words.setAttribute("text-anchor", left ? "end" : "start");
      });
      for (const { source, target, line, words } of this.edges) {
        const [[x1, y1], [x2, y2]] = [places[source], places[target]];
        const distance = Math.hypot(x2 - x1, y2 - y1) || 1;
        const back = RADIUS_PX / distance;
        const ends = { x1, y1, x2: x2 - (x2 - x1) * back, y2: y2 - (y2 - y1) * back };
        for (const [key, value] of Object.entries(ends)) line.setAttribute(key, value);
        words.setAttribute("x", (x1 + x2) / 2);
        words.setAttribute("y", (y1 + y2) / 2 - 4);
      }
    }

    saves() {
      return [["SVG drawing", () => tb.saving.save(`${this.pane.fileName()}.svg`, new Blob([this.standalone()], { type: "image/svg+xml" }))]];
    }

    /* The drawing with the looks that the style sheet gives it here. */
    standalone() {
      const copy = this.element.cloneNode(true);
      const all = [...this.element.querySelectorAll("*")];
      [...copy.querySelectorAll("*")].forEach((element, i) => {
        const { fill, stroke, strokeWidth, fontSize, fontFamily, opacity } = getComputedStyle(all[i]);
        element.setAttribute("style", `fill:${fill};stroke:${stroke};stroke-width:${strokeWidth};font:${fontSize} ${fontFamily};opacity:${opacity}`);
      });
      copy.setAttribute("xmlns", SVG);
      return new XMLSerializer().serializeToString(copy);
    }

    drop() {
      this.element.remove();
    }
  }

  tb.panes.drawers.network = NetworkPane;
})(window.tailboard);
