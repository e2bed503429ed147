/* What is known of the chosen box, or of the whole model: words and numbers beside the drawing. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const MOST_NEIGHBOURS = 8;
  const METHODS = {
    export: "torch.export",
    fx: "torch.fx",
    trace: "one run, traced",
    modules: "modules alone",
    file: "a file of another tool",
  };

  const percent = (share) => (share > 0 && share < 0.0005 ? "< 0.1 %" : `${(100 * share).toFixed(share === 1 ? 0 : 1)} %`);

  /** 4,096 -> "4.1 kB" */
  function bytes(count) {
    const units = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]];
    const [unit, size] = units.find(([, least]) => count >= least) || ["B", 1];
    return `${unit === "B" ? count : (count / size).toPrecision(3)} ${unit}`;
  }

  /** A share as a bar; the number stands beside it. */
  function bar(share) {
    const inner = make("span", { class: "graph-bar-inner" });
    inner.style.width = `${(100 * share).toFixed(2)}%`;
    return make("span", { class: "graph-bar", "aria-hidden": "true" }, inner);
  }

  const row = (name, ...value) => make("tr", {}, make("th", { scope: "row", text: name }), make("td", {}, ...value));

  class Panel {
    /** `choose(id)` is called where a neighbour is pressed. */
    constructor(choose) {
      this.element = make("aside", { class: "graph-panel", "aria-label": "What is chosen" });
      this.element.addEventListener("click", (event) => {
        const button = event.target.closest("[data-go]");
        if (button) choose(button.dataset.go);
      });
    }

    show(model, item) {
      const key = `${model.key} ${item?.id ?? ""}`;
      if (this.shown === key) return;
      this.shown = key;
      this.element.replaceChildren(...(item && item !== model.root ? this.ofItem(model, item) : this.ofModel(model)));
    }

    ofModel(model) {
      const { root } = model;
      const operations = model.nodes.filter((node) => node.op !== "input" && node.op !== "output").length;
      const facts = [
        ...this.counts(model, root),
        row("modules", format.integer(model.rows.length)),
        model.isTree ? null : row("operations", format.integer(operations)),
        row("known from", METHODS[model.method] || model.method),
      ];
      const inputs = model.nodes.filter((node) => node.op === "input").flatMap((node) => node.outputs);
      const ends = model.nodes.filter((node) => node.op === "output").flatMap((_, place) => this.endsOf(model, place));
      return [
        this.head(root.name, root.what === root.name ? "" : root.what),
        this.table(facts),
        model.why ? make("p", { class: "graph-why", text: sentence(model) }) : null,
        ...this.tensors(model, "Inputs", inputs),
        ...this.tensors(model, "Outputs", ends),
        make("p", { class: "quiet graph-hint", text: "Click a box to see what it is, its triangle to open it. Wheel: zoom, drag: move." }),
      ].filter(Boolean);
    }

    endsOf(model, which) {
      const places = model.nodes.map((node, place) => (node.op === "output" ? place : -1)).filter((place) => place >= 0);
      return model.sources[places[which]].map(([from, output]) => model.nodes[from].outputs[output]).filter((tensor) => tensor !== undefined);
    }

    head(name, what, path = "") {
      return make("header", {}, make("h2", { text: name }), what ? make("p", { class: "quiet", text: what }) : null, path && path !== name ? make("p", { class: "graph-path", text: path }) : null);
    }

    table(rows) {
      return make("table", { class: "graph-facts" }, make("tbody", {}, ...rows.filter(Boolean)));
    }

    counts(model, item) {
      if (item.kind === "op") return [];
      if (!item.parameters) return [row("parameters", model.root.parameters ? "none" : "none known")];
      const share = model.share(item);
      return [
        row("parameters", format.integer(item.parameters)),
        item === model.root ? null : row("of the model", bar(share), ` ${percent(share)}`),
        item.trainable || model.method !== "file" ? row("trainable", item.trainable === item.parameters ? "all" : item.trainable ? `${format.integer(item.trainable)} (${percent(item.trainable / item.parameters)})` : "none: frozen") : null,
        item.bytes ? row("size", bytes(item.bytes)) : null,
        item.buffers ? row("buffers", `${format.integer(item.buffers)} numbers`) : null,
      ];
    }

    ofItem(model, item) {
      const { layer, node } = item;
      const path = item.kind === "op" ? item.parent.id : item.id;
      const facts = [
        ...this.counts(model, item),
        layer?.calls > 1 ? row("called", `${format.integer(layer.calls)} times`) : null,
        item.kind === "group" ? row("holds", item.alike ? `${item.nodes.length ? format.integer(item.nodes.length) + " operations" : ""}` : `${format.integer(item.nodes.length)} operations`) : null,
        layer?.settings ? row("settings", layer.settings) : null,
        node && item.kind !== "op" ? row("operation", node.op) : null,
        ...Object.entries(node?.attributes || {}).filter(([name]) => name !== "name").map(([name, value]) => row(name, String(value))),
      ];
      const inputs = layer?.inputs || model.neighbours(item, false).map(([, tensor]) => tensor);
      return [
        this.head(item.name, item.what === item.name ? "" : item.what, item.kind === "group" ? "" : path),
        this.table(facts),
        ...this.weights(model, layer),
        ...this.tensors(model, "Inputs", inputs),
        ...this.tensors(model, "Outputs", model.outputs(item)),
        ...this.neighbours("Comes from", model, model.neighbours(item, false)),
        ...this.neighbours("Goes to", model, model.neighbours(item, true)),
      ].filter(Boolean);
    }

    weights(model, layer) {
      if (!layer?.weights?.length) return [];
      const rows = layer.weights.map(([name, tensor, trains, tied]) => {
        const more = [tied ? `the same as ${tied}` : "", trains === 0 ? "frozen" : ""].filter(Boolean).join(", ");
        const shape = tensor === null ? "not known before the first run" : `${model.shape(tensor)} ${model.dtype(tensor)}`;
        return row(name, shape, more ? make("span", { class: "quiet", text: ` ${more}` }) : "");
      });
      return [make("h3", { text: "Parameters" }), this.table(rows)];
    }

    tensors(model, title, places) {
      const known = places.filter((place) => place !== undefined && model.tensors[place]);
      if (!known.length) return [];
      return [make("h3", { text: title }), make("ul", {}, ...known.slice(0, MOST_NEIGHBOURS).map((place) => make("li", {}, make("span", { class: "graph-mono", text: model.shape(place) }), make("span", { class: "quiet", text: ` ${model.dtype(place)}` }))))];
    }

    neighbours(title, model, found) {
      if (!found.length) return [];
      const items = found.slice(0, MOST_NEIGHBOURS).map(([item]) => make("li", {}, make("button", { class: "graph-link", type: "button", "data-go": item.id, text: item.kind === "op" ? item.name : item.id || item.name })));
      if (found.length > items.length) items.push(make("li", { class: "quiet", text: `and ${format.integer(found.length - items.length)} more` }));
      return [make("h3", { text: title }), make("ul", {}, ...items)];
    }
  }

  /* How the graph was had, and why not in a better way. */
  function sentence({ method, why }) {
    const lead = { modules: "Boxes without edges: ", trace: "The operations of one run: " }[method] || "";
    const text = lead + why + (why.endsWith(".") ? "" : ".");
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  Object.assign(tb.graphs, { Panel, bar, percent, bytes });
})(window.tailboard);
