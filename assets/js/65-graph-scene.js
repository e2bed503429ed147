/* Where everything of a graph is drawn, with some boxes open: the inside of each open box is laid out on its own. */
(function (tb) {
  "use strict";
  const { INPUT, OUTPUT } = tb.graphs;
  const PAD = 14;
  const HEAD = 30; // of an open box
  const HEIGHT = { op: 26, module: 42, group: 42 };
  const WIDEST = 230;
  const NARROWEST = { op: 64, module: 110, group: 110 };
  const LABEL = 13; // of an edge, below where it begins
  const GAP = 14; // between boxes without edges
  const FLAT = 1.6; // how wide a field of boxes without edges is, for its height
  const pen = document.createElement("canvas").getContext("2d");
  const widths = new Map(); // text -> px

  function textWidth(text, bold) {
    const key = bold ? `b${text}` : text;
    if (!widths.has(key)) {
      pen.font = `${bold ? "600 " : ""}12px ${getComputedStyle(document.body).fontFamily}`;
      widths.set(key, pen.measureText(text).width);
    }
    return widths.get(key);
  }

  /** The text, cut where it is wider than `room` px. */
  function fitted(text, room, bold) {
    if (textWidth(text, bold) <= room) return text;
    let cut = Math.max(1, Math.floor((text.length * room) / textWidth(text, bold)));
    while (cut > 1 && textWidth(`${text.slice(0, cut)}…`, bold) > room) cut -= 1;
    return `${text.slice(0, cut)}…`;
  }

  class Scene {
    /** `open`: ids of open boxes. Afterwards `boxes` and `edges` hold what is to be drawn, parents before children. */
    constructor(model, open) {
      Object.assign(this, { model, open, boxes: [], edges: [], at: new Map() });
      this.within = new Map(); // id -> open boxes in that box, as words
      for (const id of [...open].sort()) for (const one of [model.root, ...model.around(model.items.get(id))]) this.within.set(one.id, `${this.within.get(one.id) || ""}\n${id}`);
      this.laid = this.inside(model.root);
      [this.w, this.h] = [this.laid.w + 2 * PAD, this.laid.h + 2 * PAD];
      this.put(this.laid, PAD, PAD);
    }

    isOpen(item) {
      return item.items.length > 0 && this.open.has(item.id);
    }

    size(item) {
      if (!this.isOpen(item)) {
        const room = item.items.length ? 34 : 18;
        const wanted = Math.max(textWidth(item.name, true), item.kind === "op" ? 0 : textWidth(item.what, false)) + room;
        return { w: Math.min(WIDEST, Math.max(NARROWEST[item.kind], wanted)), h: HEIGHT[item.kind] };
      }
      const inner = this.inside(item);
      const head = Math.min(2 * WIDEST, textWidth(item.name, true) + textWidth(item.what, false) + 50);
      return { w: Math.max(inner.w + 2 * PAD, head), h: inner.h + HEAD + PAD, inner };
    }

    /* What was laid out before is laid out the same, where the same boxes in it are open. */
    inside(item) {
      const key = this.within.get(item.id) || "";
      const known = this.model.laid.get(item.id);
      if (known?.key === key) return known.laid;
      const laid = this.layOut(item);
      this.model.laid.set(item.id, { key, laid });
      return laid;
    }

    /* The inside of a box: places of its items, with a point at its edge where tensors come in and one where they leave. */
    layOut(item) {
      const sizes = item.items.map((child) => this.size(child));
      const edges = this.model.isTree ? [] : this.model.edges(item);
      const tied = new Set(edges.flatMap(({ from, to }) => [from, to]));
      const nodes = sizes.map((size, place) => ({ ...size, place, item: item.items[place] }));
      const joined = nodes.filter(({ place }) => tied.has(place));
      if (tied.has(INPUT)) joined.unshift({ place: INPUT, w: 8, h: 0 });
      if (tied.has(OUTPUT)) joined.push({ place: OUTPUT, w: 8, h: 0 });
      const loose = nodes.filter(({ place }) => !tied.has(place));
      const laid = joined.length ? this.rows(joined, edges) : { w: 0, h: 0, nodes: [], edges: [] };
      return this.field(laid, loose);
    }

    rows(joined, edges) {
      const order = new Map(joined.map(({ place }, i) => [place, i]));
      const pairs = edges.map(({ from, to }) => [order.get(from), order.get(to)]);
      const net = tb.layered(joined, pairs, order.get(INPUT) ?? -1, order.get(OUTPUT) ?? -1);
      const nodes = joined.map((node, i) => ({ ...node, x: net.x[i] - node.w / 2, y: net.y[i] - node.h / 2 }));
      const byPlace = new Map(nodes.map((node) => [node.place, node]));
      const routed = edges.map((edge, i) => ({ ...edge, back: pairs[i][0] > pairs[i][1], route: net.routes[i], a: byPlace.get(edge.from), b: byPlace.get(edge.to) }));
      return { w: net.w, h: net.h, nodes, edges: routed };
    }

    /* Boxes without edges stand in lines below the others. */
    field(laid, loose) {
      if (!loose.length) return laid;
      const area = loose.reduce((sum, node) => sum + (node.w + GAP) * (node.h + GAP), 0);
      const room = Math.max(laid.w, Math.sqrt(area * FLAT), ...loose.map((node) => node.w));
      let [x, y, high, wide] = [0, laid.h ? laid.h + 2 * GAP : 0, 0, laid.w];
      for (const node of loose) {
        if (x && x + node.w > room) [x, y, high] = [0, y + high + GAP, 0];
        Object.assign(node, { x, y });
        x += node.w + GAP;
        wide = Math.max(wide, x - GAP);
        high = Math.max(high, node.h);
      }
      return { ...laid, w: wide, h: y + high, nodes: [...laid.nodes, ...loose] };
    }

    put(laid, x, y) {
      const ports = new Map(laid.nodes.filter((node) => node.inner).map((node) => [node, this.ports(node)]));
      const told = new Set(); // one box's edges of the same shape have one label
      for (const edge of laid.edges) this.edges.push(this.edge(edge, x, y, ports, told));
      for (const node of laid.nodes) {
        if (node.place < 0) {
          this.boxes.push({ port: true, x: x + node.x + node.w / 2, y: y + node.y });
          continue;
        }
        const box = { item: node.item, x: x + node.x, y: y + node.y, w: node.w, h: node.h, open: Boolean(node.inner) };
        this.boxes.push(box);
        this.at.set(node.item.id, box);
        if (node.inner) this.put(node.inner, box.x + (box.w - node.inner.w) / 2, box.y + HEAD);
      }
    }

    /* Where edges from outside enter and leave an open box: above and below its inner points. */
    ports(node) {
      const left = node.x + (node.w - node.inner.w) / 2;
      const x = (place) => {
        const port = node.inner.nodes.find((one) => one.place === place);
        return port ? left + port.x + port.w / 2 : undefined;
      };
      return { in: x(INPUT), out: x(OUTPUT) };
    }

    edge({ from, tensors, route, back, a, b }, x, y, ports, told) {
      const [upper, lower] = back ? [b, a] : [a, b];
      const start = { ...route.start, x: ports.get(upper)?.out ?? route.start.x };
      const end = { ...route.end, x: ports.get(lower)?.in ?? route.end.x };
      const shapes = [...tensors].map((tensor) => this.model.shape(tensor)).filter(Boolean);
      const words = shapes.length > 1 ? `${shapes[0]}, +${shapes.length - 1}` : shapes[0] || "";
      const isNew = words && !told.has(`${from} ${words}`);
      told.add(`${from} ${words}`);
      return { a: a.item?.id ?? null, b: b.item?.id ?? null, back, words: isNew ? words : "", path: pathOf(start, route.rows, end, x, y), label: { x: x + start.x + 6, y: y + start.bottom + LABEL } };
    }
  }

  /* Straight down beside the boxes of a row, in a curve from row to row. */
  function pathOf(start, rows, end, x, y) {
    const point = (px, py) => `${(x + px).toFixed(1)} ${(y + py).toFixed(1)}`;
    let path = `M${point(start.x, start.y)}L${point(start.x, start.bottom)}`;
    let [fromX, fromY] = [start.x, start.bottom];
    for (const { x: toX, top, bottom } of [...rows, { ...end, bottom: end.y }]) {
      const middle = (fromY + top) / 2;
      path += Math.abs(toX - fromX) < 1 ? `L${point(toX, top)}` : `C${point(fromX, middle)} ${point(toX, middle)} ${point(toX, top)}`;
      path += `L${point(toX, bottom)}`;
      [fromX, fromY] = [toX, bottom];
    }
    return path;
  }

  Object.assign(tb.graphs, { Scene, fitted, textWidth, HEAD });
})(window.tailboard);
