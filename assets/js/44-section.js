/* A tag's part of the media page: its name and kind, its own step slider, a cell for each picked run.

   A drawer may have, beside `height` and `make` (41-picture.js): `widths`, pixels of a cell per size, where it needs
   other room than a picture; `shares`, where few runs may share the whole row; `shapeOf(lists)`, what `height` is told beside the `tag`; and `tools(section)`, controls for
   the section's head as `{element, show()}`. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const SIZES_PX = { s: 150, m: 240, l: 380, xl: 600 };
  const GAP_PX = 8;
  const CELL_FRAME_PX = 2 * 7; // border and padding of a cell

  /* How many cells of a drawer stand in a row and how wide they are inside. Sections of pictures all have the same
     columns; texts, tables and pages of few runs take the whole row. */
  function measure(drawer, room, runs) {
    const sizes = drawer.widths || SIZES_PX;
    const wanted = Math.min(sizes[tb.view.get().image_size] || sizes.m, room);
    const fit = Math.max(1, Math.floor((room + GAP_PX) / (wanted + GAP_PX)));
    const columns = drawer.shares ? Math.min(fit, Math.max(1, runs)) : fit;
    return { columns, inner: Math.floor((room - (columns - 1) * GAP_PX) / columns) - CELL_FRAME_PX };
  }

  class Section {
    /** `entry`: tag, kind, runs, title and key; `inView` tells sections that come near. */
    constructor(entry, inView) {
      this.tag = entry.tag;
      this.entry = entry;
      this.inView = inView;
      this.drawer = tb.drawers[tb.known.kinds[entry.kind].panel];
      this.near = false;
      this.cells = new Map(); // run id -> tb.Cell
      this.stepper = new tb.steps.Stepper(this.tag);
      this.tools = this.drawer.tools ? this.drawer.tools(this) : null;
      const parts = entry.title.split("/");
      const path = make("span", { class: "quiet", text: parts.slice(0, -1).map((part) => part + "/").join("") });
      const kind = make("span", { class: "kind-mark quiet", text: tb.known.kinds[entry.kind].title });
      const title = make("h2", { title: this.tag }, path, parts.at(-1));
      const head = make("header", {}, title, kind, this.tools?.element, this.stepper.element);
      this.grid = make("div", { class: "cells" });
      this.element = make("section", { class: "gallery-tag", "data-tag": this.tag, "data-kind": entry.kind, "data-key": entry.key, "aria-label": this.tag }, head, this.grid);
      inView.observe(this.element);
    }

    setNear(near) {
      this.near = near;
      if (!near && !this.element.contains(document.activeElement)) for (const cell of this.cells.values()) cell.rest();
    }

    /** The picked runs that logged this tag, in the order of the cells. */
    runs() {
      return [...this.cells.keys()].filter((id) => this.entry.runs.includes(id));
    }

    lists() {
      return this.entry.runs.filter((run) => tb.live.runs.has(run)).map((run) => tb.media.list(run, this.tag));
    }

    /** Draw the cells of `runs` into a row of `room` pixels, where the section is near the view. */
    show(entry, runs, room) {
      this.entry = entry;
      if (!this.near) return;
      if (this.drawer.widths) runs = runs.filter((id) => entry.runs.includes(id)); // no room for those without this tag
      const { columns, inner } = measure(this.drawer, room, runs.length);
      this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
      for (const [id, cell] of this.cells) {
        if (runs.includes(id)) continue;
        cell.drop();
        this.cells.delete(id);
      }
      for (const id of runs) if (!this.cells.has(id)) this.cells.set(id, new tb.Cell(id, this.tag, entry.kind));
      tb.setChildren(this.grid, runs.map((id) => this.cells.get(id).element));
      this.draw(inner);
      this.tools?.show();
      this.stepper.show();
    }

    draw(inner) {
      const runs = this.runs();
      const lists = runs.map((id) => tb.media.want(id, this.tag));
      if (lists.some((list) => list.loaded)) this.shape = { ...(this.drawer.shapeOf || tb.shapeOf)(lists), tag: this.tag };
      const step = tb.steps.chosen(this.tag);
      for (const [id, cell] of this.cells) cell.show(runs.includes(id) ? tb.media.list(id, this.tag) : null, step, this.shape, inner);
    }

    drop() {
      this.inView.unobserve(this.element);
      for (const cell of this.cells.values()) cell.drop();
      this.stepper.drop();
      this.element.remove();
    }
  }

  tb.Section = Section;
})(window.tailboard);
