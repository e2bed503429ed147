/* A graph as the server sends it, made into a tree of items: modules, operations, and groups of those that are many or
   alike. An item: {id, kind, name, what, parent, items, nodes}; `nodes` are the places of all operations in it. */
(function (tb) {
  "use strict";
  const ALIKE = 4; // modules in a row that are built alike become one group
  const MOST = 200; // items side by side in one box; of more, ranges are made
  const RANGE = 100;
  const INPUT = -1; // ends of edges that lead out of a box
  const OUTPUT = -2;

  const COUNTS = ["parameters", "trainable", "bytes", "buffers"];

  class Model {
    constructor(graph) {
      Object.assign(this, graph);
      this.items = new Map(); // id -> item
      this.laid = new Map(); // id -> how its inside was laid out last, see Scene
      this.rows = graph.modules.map((module, place) => this.row(module, place));
      this.root = this.rows[0];
      this.sum();
      this.isTree = !graph.nodes.length;
      this.connect();
      if (this.isTree) this.rows.slice(1).forEach((row) => row.parent.items.push(row));
      else this.addNodes();
      this.prune(this.root);
      this.group(this.root, new Map());
      this.index(this.root);
      this.owner = new Int32Array(graph.nodes.length).fill(INPUT);
    }

    row(module, place) {
      const layer = this.layers[module.layer];
      const parent = place ? this.rowsSoFar[module.parent] : null;
      const id = parent?.id ? `${parent.id}.${module.name}` : module.name;
      const row = { id, kind: "module", name: module.name || layer.class || "model", what: layer.class || "", parent, items: [], nodes: [], layer, place, depth: parent ? parent.depth + 1 : 0, below: [] };
      for (const name of COUNTS) row[name] = layer[name] || 0;
      (this.rowsSoFar ??= []).push(row);
      parent?.below.push(row);
      return row;
    }

    /* Parameters of a module are its own and those of all modules in it. */
    sum() {
      for (const row of [...this.rows].reverse()) for (const name of COUNTS) if (row.parent) row.parent[name] += row[name];
    }

    addNodes() {
      this.nodes.forEach((node, place) => {
        const parent = this.rows[node.module];
        const name = node.attributes?.name || node.name || node.op;
        const item = { id: `#${place}`, kind: "op", name, what: node.op, parent, items: [], nodes: [place], node };
        this.attach(item, parent);
      });
    }

    /* Items stand in the order of their first operation. */
    attach(item, parent) {
      parent.items.push(item);
      if (parent.parent && parent.items.length === 1) this.attach(parent, parent.parent);
    }

    /* A module of a single operation is drawn as one box. */
    prune(item) {
      item.items.forEach((child) => this.prune(child));
      if (item.kind === "op") return;
      item.items = item.items.flatMap((child) => this.calls(child)).sort((a, b) => (a.nodes[0] ?? 0) - (b.nodes[0] ?? 0));
      if (item.parent && item.items.length === 1 && item.items[0].kind === "op") Object.assign(item, { node: item.items[0].node, nodes: item.items[0].nodes, items: [] });
      if (item.items.length) item.nodes = item.items.flatMap((child) => child.nodes);
    }

    /* A module that is called several times, each time for one operation, is drawn at each place where it is called. */
    calls(item) {
      const [first, ...others] = item.items;
      const alike = first && others.length && others.every((child) => child.kind === "op" && child.what === first.what);
      if (!alike || first.kind !== "op") return [item];
      const own = new Set(item.nodes);
      if (item.layer.calls !== item.nodes.length && item.nodes.some((node) => this.sources[node].some(([from]) => own.has(from)))) return [item];
      return item.nodes.map((node, i) => ({ ...item, id: i ? `${item.id}@${i}` : item.id, node: this.nodes[node], nodes: [node], items: [] }));
    }

    /* What two items must share to be alike, as a number. */
    group(item, known) {
      const parts = item.items.map((child) => this.group(child, known));
      const own = item.kind === "op" ? [item.what, item.node.outputs] : [item.what, item.layer.weights, item.layer.settings];
      const sign = JSON.stringify([own, parts]);
      if (!known.has(sign)) known.set(sign, known.size);
      const all = item.kind === "module" && parts.length >= ALIKE && parts.every((part) => part === parts[0]) && item.items[0].kind === "module";
      if (all) item.what = `${item.what} · ${parts.length} × ${item.items[0].what}`;
      item.items = this.ranges(item, this.repeats(item, parts));
      return known.get(sign);
    }

    repeats(item, signs) {
      const found = [];
      for (let from = 0; from < item.items.length; ) {
        let to = from + 1;
        while (to < signs.length && signs[to] === signs[from]) to += 1;
        const run = item.items.slice(from, to);
        const worth = run.length >= ALIKE && run.length < item.items.length && run[0].kind === "module";
        found.push(...(worth ? [this.groupOf(item, run, from, true)] : run));
        from = to;
      }
      return found;
    }

    ranges(item, items) {
      if (items.length <= MOST) return items;
      const size = Math.max(RANGE, Math.ceil(items.length / RANGE));
      const found = [];
      for (let from = 0; from < items.length; from += size) found.push(this.groupOf(item, items.slice(from, from + size), from, false));
      return found;
    }

    groupOf(parent, items, from, alike) {
      const [first, last] = [items[0], items.at(-1)];
      const group = { id: `${parent.id}[${from}-${from + items.length - 1}]`, kind: "group", name: `${first.name} … ${last.name}`, what: alike ? `${first.what} × ${items.length}` : `${items.length} items`, parent, nodes: items.flatMap((item) => item.nodes), alike };
      for (const name of COUNTS) group[name] = items.reduce((sum, item) => sum + (item[name] || 0), 0);
      items.forEach((item) => (item.parent = group));
      group.items = this.ranges(group, items);
      return group;
    }

    index(item) {
      this.items.set(item.id, item);
      item.items.forEach((child) => this.index(child));
    }

    connect() {
      this.sources = this.nodes.map((node) => node.inputs.map((source) => (Array.isArray(source) ? source : [source, 0])));
      this.users = this.nodes.map(() => []);
      this.sources.forEach((sources, place) => sources.forEach(([from, output]) => this.users[from].push([place, output])));
    }

    /** Edges between the items of a box: {from, to, tensors}, places in `items`, or INPUT and OUTPUT for what is outside. */
    edges(item) {
      const { owner } = this;
      const found = new Map();
      const add = (from, to, node, output) => {
        const key = `${from} ${to}`;
        if (!found.has(key)) found.set(key, { from, to, tensors: new Set() });
        const tensor = this.nodes[node].outputs[output];
        if (tensor !== undefined) found.get(key).tensors.add(tensor);
      };
      item.items.forEach((child, place) => child.nodes.forEach((node) => (owner[node] = place)));
      for (const node of item.nodes) {
        for (const [from, output] of this.sources[node]) if (owner[from] !== owner[node]) add(owner[from], owner[node], from, output);
        for (const [to, output] of this.users[node]) if (owner[to] === INPUT) add(owner[node], OUTPUT, node, output);
      }
      item.nodes.forEach((node) => (owner[node] = INPUT));
      return [...found.values()].sort((a, b) => a.from - b.from || a.to - b.to);
    }

    /** Items that give this one its tensors, or that use its results, as far outside as its neighbours are drawn. */
    neighbours(item, uses) {
      const within = new Set(item.nodes);
      const found = new Map();
      for (const node of item.nodes) {
        for (const [other, output] of uses ? this.users[node] : this.sources[node]) {
          if (within.has(other)) continue;
          const tensor = this.nodes[uses ? node : other].outputs[output];
          found.set(this.nodes[other].module ? this.rows[this.nodes[other].module] : this.items.get(`#${other}`), tensor);
        }
      }
      return [...found].filter(([other]) => other);
    }

    /** "2×64×56×56", or "" where it is not known. */
    shape(tensor) {
      const shape = this.tensors[tensor]?.[1];
      return shape ? (shape.length ? shape.join("×") : "scalar") : "";
    }

    dtype(tensor) {
      return this.tensors[tensor]?.[0] || "";
    }

    /** Places of the tensors that leave an item: as it was seen to return them, else all that others use. */
    outputs(item) {
      if (item.layer?.outputs || item.node) return item.layer?.outputs || item.node.outputs;
      const own = new Set(item.nodes);
      const leaving = item.nodes.flatMap((node) => this.users[node].filter(([to]) => !own.has(to)).map(([, output]) => this.nodes[node].outputs[output]));
      return [...new Set(leaving)].filter((tensor) => tensor !== undefined);
    }

    share(item) {
      return this.root.parameters ? (item.parameters || 0) / this.root.parameters : 0;
    }

    /** Boxes around an item, the innermost first, the model itself left out. */
    around(item) {
      const found = [];
      for (let one = item.parent; one && one.parent; one = one.parent) found.push(one);
      return found;
    }
  }

  tb.graphs = { Model, INPUT, OUTPUT };
})(window.tailboard);
