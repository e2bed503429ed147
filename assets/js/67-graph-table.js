/* The layers of a model as a tree of rows, as torchinfo prints them; of thousands, only the rows in sight are made. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const { bar, percent, bytes } = tb.graphs;
  const ROW_PX = 24;
  const AROUND = 12; // rows above and below those in sight

  class Table {
    /** `act`: {choose(id), fold(id)}. */
    constructor(act) {
      this.act = act;
      this.rows = [];
      this.body = make("div", { class: "graph-rows", role: "rowgroup" });
      const titles = ["layer", "class", "output", "parameters", "share", "trainable"];
      const head = make("div", { class: "graph-row graph-row-head", role: "row" }, ...titles.map((text, i) => make("span", { role: "columnheader", class: `graph-c${i}`, text })));
      this.grid = make("div", { class: "graph-layers", role: "treegrid", tabindex: "0", "aria-label": "Layers" }, make("div", { role: "rowgroup", class: "graph-rows-top" }, head), this.body);
      this.total = make("p", { class: "graph-total" });
      this.element = make("div", { class: "graph-table" }, this.grid, this.total);
      this.grid.addEventListener("scroll", () => this.paint(), { passive: true });
      this.grid.addEventListener("keydown", (event) => this.key(event));
      this.body.addEventListener("click", (event) => {
        const id = event.target.closest(".graph-row")?.dataset.id;
        if (id === undefined) return;
        if (event.target.closest(".graph-caret")) act.fold(id);
        else act.choose(id);
      });
    }

    show(model, shut, chosen, found) {
      Object.assign(this, { model, shut, chosen, found });
      this.rows = [];
      this.gather(model.root);
      this.grid.setAttribute("aria-rowcount", String(this.rows.length + 1));
      this.body.style.height = `${this.rows.length * ROW_PX}px`;
      this.total.replaceChildren(...this.totals());
      this.paint();
    }

    gather(row) {
      this.rows.push(row);
      if (!this.shut.has(row.id)) row.below.forEach((child) => this.gather(child));
    }

    totals() {
      const { parameters, trainable, bytes: size, buffers } = this.model.root;
      const known = this.model.method !== "file";
      const words = [`${format.integer(parameters)} parameters`, known ? `${format.integer(trainable)} trainable` : "", known ? `${format.integer(parameters - trainable)} frozen` : "", size ? bytes(size) : "", buffers ? `${format.integer(buffers)} numbers in buffers` : "", `${format.integer(this.model.rows.length)} modules`];
      const csv = make("button", { class: "button", type: "button", text: "CSV", title: "Download all layers as CSV", "data-act": "graph-csv" });
      return [make("span", { text: words.filter(Boolean).join(" · ") }), csv];
    }

    paint() {
      const from = Math.max(0, Math.floor(this.grid.scrollTop / ROW_PX) - AROUND);
      const to = Math.min(this.rows.length, Math.ceil((this.grid.scrollTop + this.grid.clientHeight) / ROW_PX) + AROUND);
      const key = JSON.stringify([this.model?.key, from, to, this.chosen, this.found?.size, this.found?.words, this.rows.length, [...(this.shut || [])]]);
      if (key === this.painted) return;
      this.painted = key;
      this.body.replaceChildren(...this.rows.slice(from, to).map((row, i) => this.row(row, from + i)));
    }

    row(row, place) {
      const { model } = this;
      const closed = this.shut.has(row.id);
      const caret = make("span", { class: `graph-caret${row.below.length ? "" : " graph-caret-none"}${closed ? "" : " graph-caret-down"}`, "aria-hidden": "true" });
      const name = make("span", { class: "graph-c0", role: "rowheader", title: row.id }, caret, make("span", { class: "graph-row-name", text: row.name }));
      name.style.paddingLeft = `${Math.min(row.depth, 20) * 16}px`;
      const shapes = model.outputs(row).map((tensor) => model.shape(tensor));
      const share = model.share(row);
      const cell = (i, text, ...children) => make("span", { class: `graph-c${i}`, role: "gridcell", title: text, text }, ...children);
      const trains = !row.parameters ? "–" : model.method === "file" ? "" : row.trainable === row.parameters ? "yes" : row.trainable ? "partly" : "no";
      const cells = [name, cell(1, row.layer.class || ""), cell(2, shapes.join(", ")), cell(3, row.parameters ? format.integer(row.parameters) : "–"), cell(4, "", ...(row.parameters ? [bar(share), make("span", { text: percent(share) })] : [])), cell(5, trains)];
      const element = make("div", { class: "graph-row", role: "row", "data-id": row.id, "aria-level": row.depth + 1, "aria-rowindex": place + 2, "aria-selected": row.id === this.chosen ? "true" : "false" }, ...cells);
      if (row.below.length) element.setAttribute("aria-expanded", String(!closed));
      element.classList.toggle("found", Boolean(this.found?.has(row.id)));
      element.style.top = `${place * ROW_PX}px`;
      return element;
    }

    key(event) {
      const place = this.rows.findIndex((row) => row.id === this.chosen);
      const row = this.rows[place];
      const to = { ArrowDown: place + 1, ArrowUp: Math.max(0, place - 1), Home: 0, End: this.rows.length - 1, PageDown: place + 15, PageUp: place - 15 }[event.key];
      if (to !== undefined) this.act.choose(this.rows[Math.min(Math.max(0, to), this.rows.length - 1)].id);
      else if (row && (event.key === "Enter" || event.key === " ")) this.act.fold(row.id);
      else if (row?.below.length && event.key === (this.shut.has(row.id) ? "ArrowRight" : "ArrowLeft")) this.act.fold(row.id);
      else if (row?.parent && event.key === "ArrowLeft") this.act.choose(row.parent.id);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    /** Scroll to a row, where it is not in sight. */
    reveal(id) {
      const place = this.rows.findIndex((row) => row.id === id);
      if (place < 0) return;
      const [top, room] = [place * ROW_PX, this.grid.clientHeight - ROW_PX];
      if (top < this.grid.scrollTop || top + ROW_PX > this.grid.scrollTop + room) this.grid.scrollTop = top - room / 3;
      this.paint();
    }
  }

  /** All layers, with exact numbers. */
  function csv(model) {
    const head = ["path", "class", "depth", "output_shape", "dtype", "parameters", "trainable", "bytes", "share", "calls"];
    const rows = model.rows.map((row) => {
      const outputs = model.outputs(row);
      return [row.id, row.layer.class || "", row.depth, outputs.map((tensor) => model.shape(tensor)).join(" "), outputs.map((tensor) => model.dtype(tensor)).join(" "), row.parameters, row.trainable, row.bytes, model.share(row).toPrecision(6), row.layer.calls ?? ""];
    });
    return tb.saving.csv([head, ...rows]);
  }

  Object.assign(tb.graphs, { Table, csv });
})(window.tailboard);
