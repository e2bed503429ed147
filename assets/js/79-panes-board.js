/* A grid of windows: of one environment, or of several compared. Places change by hand alone; what data brings is new
   windows in free spots. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const grid = tb.paneGrid;
  const NEAR = "300px 0px";
  const FRAME_MS = 24; // drawing time per frame before the page gets its turn
  const due = new Set();
  let frame = 0;

  async function drawDue() {
    const start = performance.now();
    for (const pane of due) {
      due.delete(pane);
      await pane.draw();
      if (performance.now() - start > FRAME_MS) break;
    }
    frame = 0;
    if (due.size) later();
  }

  function later(pane) {
    if (pane) due.add(pane);
    if (!frame) frame = requestAnimationFrame(drawDue);
  }

  const inView = new IntersectionObserver((entries) => {
    entries.forEach(({ target, isIntersecting }) => target.pane.look(isIntersecting));
    if (entries.some(({ isIntersecting }) => isIntersecting)) tb.panes.came();
  }, { rootMargin: NEAR });

  class Board {
    constructor(name) {
      this.name = name;
      this.panes = new Map(); // key of a window -> Pane
      this.places = [];
      this.title = make("h2", { class: "pane-heading" });
      this.grid = make("div", { class: "pane-grid" });
      this.element = make("section", { class: "pane-board", "data-board": name }, this.title, this.grid);
      this.later = later;
    }

    /** Show these windows. `narrowed`: a filter is on, so that places are for now and not kept. */
    show(shown, { heading, badges, narrowed, room }) {
      this.title.textContent = heading;
      this.title.hidden = !heading;
      this.room = room;
      this.lasting = !narrowed;
      this.step = (room + grid.GAP_PX) / grid.columnsFor(room);
      const keys = new Set(shown.map(({ key }) => key));
      for (const [key, pane] of this.panes) {
        pane.element.hidden = !keys.has(key);
        if (keys.has(key) || (narrowed && tb.panes.windows.has(key))) continue;
        inView.unobserve(pane.element);
        pane.drop();
        this.panes.delete(key);
      }
      const asked = shown.filter((each) => this.asksAnew(each));
      let places = narrowed ? this.packed(shown, narrowed) : tb.paneLayouts.arrange(this.name, shown, room);
      for (const each of asked) places = this.grown(places, each);
      if (!narrowed) tb.paneLayouts.keep(this.name, places, room, false);
      const byKey = new Map(shown.map((each) => [each.key, each]));
      for (const { id } of [...places].sort(grid.reading)) this.paneOf(byKey.get(id)).show(byKey.get(id), badges ? byKey.get(id).environment : "");
      if (!this.before) this.put(places);
      if (!this.before) this.inOrder(); // else a hand holds one: what came appears when it lets go
    }

    /* Whether a script asks for another size than it did. */
    asksAnew(each) {
      const known = this.panes.get(each.key)?.window;
      return Boolean(known) && (known.width !== each.width || known.height !== each.height);
    }

    grown(places, each) {
      const place = places.find(({ id }) => id === each.key);
      return grid.put(places, { ...place, ...tb.paneLayouts.sizeOf(each, this.room) }, grid.columnsFor(this.room));
    }

    packed(shown, filter) {
      if (this.filter === `${filter} ${shown.map(({ key }) => key)} ${this.room}`) return this.places;
      this.filter = `${filter} ${shown.map(({ key }) => key)} ${this.room}`;
      const columns = grid.columnsFor(this.room);
      const usual = tb.paneLayouts.arrange(this.name, shown, this.room);
      return grid.pack([...usual].sort(grid.reading), columns);
    }

    paneOf(each) {
      if (!this.panes.has(each.key)) {
        const pane = new tb.Pane(this);
        this.panes.set(each.key, pane);
        this.grid.append(pane.element);
        inView.observe(pane.element);
      }
      return this.panes.get(each.key);
    }

    put(places) {
      this.places = places;
      for (const place of places) this.panes.get(place.id)?.place(grid.pixels(place, this.room));
      this.grid.style.height = `${grid.bottom(places) * grid.ROW_PX}px`;
    }

    /* The tab key goes through the windows as they are read. */
    inOrder() {
      const { grid: parent } = this;
      const move = parent.moveBefore ? "moveBefore" : "insertBefore"; // the former keeps focus and frames
      let next = parent.firstElementChild;
      for (const { id } of [...this.places].sort(grid.reading)) {
        const element = this.panes.get(id)?.element;
        if (!element) continue;
        while (next?.hidden) next = next.nextElementSibling;
        if (element === next) next = next.nextElementSibling;
        else parent[move](element, next);
      }
    }

    placeOf(pane) {
      return this.places.find(({ id }) => id === pane.window.key);
    }

    /** Show how it would be, while a hand holds one. */
    preview(wanted) {
      this.before ??= this.places;
      this.put(grid.put(this.before, wanted, grid.columnsFor(this.room)));
    }

    /** The hand let go: keep it, or go back. */
    settle(kept) {
      if (!this.before) return;
      if (!kept) this.put(this.before);
      this.before = null;
      this.inOrder();
      if (kept && this.lasting) tb.paneLayouts.keep(this.name, this.places, this.room);
    }

    /* What stood below moves up, as the person who closes a window expects. */
    closed(pane) {
      const rest = this.places.filter(({ id }) => id !== pane.window.key);
      if (this.lasting) tb.paneLayouts.keep(this.name, grid.compact(rest, grid.columnsFor(this.room)), this.room);
    }

    tidy() {
      const columns = grid.columnsFor(this.room);
      const pliable = tb.paneLayouts.pliable([...this.panes.values()].filter(({ element }) => !element.hidden).map(({ window: each }) => each));
      this.put(grid.flush(grid.pack([...this.places].sort(grid.reading), columns), pliable, columns));
      this.inOrder();
      if (this.lasting) tb.paneLayouts.keep(this.name, this.places, this.room);
    }

    redraw() {
      for (const pane of this.panes.values()) pane.later();
    }

    drop() {
      for (const pane of this.panes.values()) {
        inView.unobserve(pane.element);
        pane.drop();
      }
      this.element.remove();
    }
  }

  tb.PaneBoard = Board;
})(window.tailboard);
