/* Draws logged tables: a grid that has elements only for the rows and columns in sight, so that 100,000 rows scroll. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const WIDTHS_PX = { s: 300, m: 360, l: 680, xl: 1000 };
  const HIGHEST_PX = { s: 190, m: 320, l: 460, xl: 640 };
  const ROW_PX = 24;
  const HEAD_PX = 28;
  const BAR_PX = 32;
  const VALUE_PX = 26; // the line with the whole value of the cell under the cursor
  const SPARE_ROWS = 6; // above and below those in sight
  const FILTER_AFTER_MS = 150;
  const PAGE_ROWS = 10;
  const HIGHEST_SCROLL_PX = 15_000_000; // browsers lay out no taller element
  const shapes = new WeakMap(); // list -> its shape, until it grows

  function shapeOf(lists) {
    return { rows: Math.max(0, ...lists.map(mostRows)) };
  }

  function mostRows(list) {
    const known = shapes.get(list);
    if (known && known.items === list.items.length) return known.rows;
    const rows = list.items.reduce((most, item) => Math.max(most, item.meta?.rows ?? Infinity), 0);
    shapes.set(list, { items: list.items.length, rows });
    return rows;
  }

  function height({ rows }, width) {
    const most = HIGHEST_PX[tb.view.get().image_size] || HIGHEST_PX.m;
    return Math.min(most, BAR_PX + HEAD_PX + Math.max(3, rows) * ROW_PX + VALUE_PX + 14);
  }

  class Grid {
    constructor(box, open) {
      this.open = open;
      this.rows = null;
      this.by = null; // {column, down}
      this.cursor = { row: 0, column: 0 };
      this.filter = make("input", { class: "grid-filter", type: "search", placeholder: "Filter rows or /regex/", "aria-label": "Filter rows", autocomplete: "off" });
      this.count = make("span", { class: "quiet", role: "status" });
      this.csv = make("button", { class: "button", type: "button", text: "CSV", title: "Download the rows that are shown, in this order" });
      this.head = make("div", { class: "grid-head", role: "row", "aria-rowindex": "1" });
      this.body = make("div", { class: "grid-body", role: "rowgroup" });
      this.scroller = make("div", { class: "grid-scroller", role: "grid", tabindex: "0", "data-own-keys": "" }, this.head, this.body);
      this.value = make("p", { class: "grid-value quiet" });
      this.element = make("div", { class: "data-grid" }, make("div", { class: "grid-bar" }, this.filter, this.count, this.csv), this.scroller, this.value);
      this.awaited = new tb.Awaited((words) => this.fault(words));
      this.listen();
      box.replaceChildren(this.element);
    }

    listen() {
      this.filter.addEventListener("input", () => {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.arrange(), FILTER_AFTER_MS);
      });
      this.csv.addEventListener("click", () => this.download());
      this.scroller.addEventListener("scroll", () => this.later());
      this.scroller.addEventListener("keydown", (event) => this.pressed(event));
      this.scroller.addEventListener("click", (event) => this.clicked(event.target));
      this.resized = new ResizeObserver(() => this.later());
      this.resized.observe(this.scroller);
    }

    show(items) {
      const [item] = items;
      this.more = [item.caption, items.length > 1 && `1 of ${items.length}`].filter(Boolean).map((words) => ` · ${words}`).join("");
      this.awaited.show(item.src, () => tb.contents.json(item), (content) => this.fill(item, content));
    }

    /* Another step: what was sorted, filtered and scrolled to stays. */
    fill(item, content) {
      this.item = item;
      try {
        this.rows = new tb.Rows(content);
      } catch (broken) {
        return this.fault(broken.message);
      }
      if (this.by && this.by.column >= this.rows.columns.length) this.by = null;
      this.places = [0];
      for (const { width } of this.rows.columns) this.places.push(this.places.at(-1) + width);
      this.scroller.setAttribute("aria-label", item.caption || `Table at step ${item.step}`);
      this.scroller.setAttribute("aria-colcount", this.rows.columns.length);
      return this.arrange();
    }

    fault(words) {
      this.rows = null;
      this.head.replaceChildren();
      this.body.style.height = "";
      this.body.replaceChildren(make("p", { class: "figure-words", text: `This table could not be shown: ${words}` }));
    }

    arrange() {
      if (!this.rows) return;
      this.rows.arrange(this.filter.value, this.by);
      const all = this.rows.rows.length;
      const { count } = this.rows;
      this.count.textContent = (count === all ? `${format.integer(all)} rows` : `${format.integer(count)} of ${format.integer(all)} rows`) + this.more;
      this.scroller.setAttribute("aria-rowcount", count + 1);
      this.body.style.height = `${Math.min(count * ROW_PX, HIGHEST_SCROLL_PX)}px`;
      this.body.style.width = this.head.style.width = `${this.places.at(-1)}px`;
      this.move(this.cursor.row, this.cursor.column, false);
      this.draw();
    }

    later() {
      if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
    }

    /** The first row in sight; beyond what browsers lay out, pixels stand for several rows. */
    firstRow() {
      const { scrollTop, scrollHeight, clientHeight } = this.scroller;
      const { count } = this.rows;
      if (count * ROW_PX <= HIGHEST_SCROLL_PX) return scrollTop / ROW_PX;
      return (scrollTop / Math.max(1, scrollHeight - clientHeight)) * (count - (clientHeight - HEAD_PX) / ROW_PX);
    }

    draw() {
      this.frame = 0;
      if (!this.rows || !this.element.isConnected) return;
      const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.scroller;
      const from = tb.media.placeAt(this.places, scrollLeft);
      const to = Math.min(this.rows.columns.length, tb.media.placeAt(this.places, scrollLeft + clientWidth) + 1);
      const columns = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
      const top = this.firstRow();
      const first = Math.max(0, Math.floor(top) - SPARE_ROWS);
      const last = Math.min(this.rows.count, Math.ceil(top + clientHeight / ROW_PX) + SPARE_ROWS);
      const inHead = document.activeElement?.closest?.(".grid-head") === this.head ? document.activeElement.dataset.column : null;
      this.head.replaceChildren(...columns.map((column) => this.headCell(column)));
      if (inHead !== null) this.head.querySelector(`[data-column="${inHead}"] `)?.focus();
      const rows = [];
      for (let row = first; row < last; row += 1) rows.push(this.rowElement(row, columns, scrollTop + (row - top) * ROW_PX));
      this.body.replaceChildren(...(this.rows.count ? rows : [make("p", { class: "cell-words", text: this.rows.rows.length ? "No row matches the filter." : "This table has no rows." })]));
    }

    headCell(column) {
      const { name, numeric, width } = this.rows.columns[column];
      const sorted = this.by?.column === column ? (this.by.down ? "descending" : "ascending") : "none";
      const button = make("button", { type: "button", class: "grid-name", "data-column": column, tabindex: "-1", title: `${name}: sort by it` }, make("span", { text: name }), { ascending: " ↑", descending: " ↓", none: "" }[sorted]);
      const cell = make("div", { class: `grid-cell${numeric ? " grid-number" : ""}`, role: "columnheader", "aria-sort": sorted, "aria-colindex": column + 1 }, button);
      Object.assign(cell.style, { left: `${this.places[column]}px`, width: `${width}px` });
      return cell;
    }

    rowElement(row, columns, top) {
      const cells = columns.map((column) => {
        const { numeric, width } = this.rows.columns[column];
        const here = row === this.cursor.row && column === this.cursor.column;
        const cell = make("div", { class: `grid-cell${numeric ? " grid-number" : ""}${here ? " grid-here" : ""}`, role: "gridcell", id: here ? this.cursorId() : null, "data-row": row, "data-column": column, "aria-colindex": column + 1, text: tb.cellText(this.rows.value(row, column)).slice(0, 200) });
        Object.assign(cell.style, { left: `${this.places[column]}px`, width: `${width}px` });
        return cell;
      });
      const element = make("div", { class: `grid-row${row % 2 ? " grid-odd" : ""}`, role: "row", "aria-rowindex": row + 2 }, ...cells);
      element.style.top = `${Math.round(top)}px`;
      return element;
    }

    cursorId() {
      this.id ||= `grid-${Math.random().toString(36).slice(2)}`;
      return this.id;
    }

    clicked(target) {
      const name = target.closest(".grid-name");
      if (name) return this.sort(Number(name.dataset.column));
      const cell = target.closest("[data-row]");
      if (cell) {
        this.move(Number(cell.dataset.row), Number(cell.dataset.column));
        this.draw();
      }
    }

    /* Up, down, as logged. */
    sort(column) {
      const { by } = this;
      this.by = by?.column !== column ? { column, down: false } : by.down ? null : { column, down: true };
      this.arrange();
    }

    /** Put the cursor on a cell that there is, tell its whole value, and bring it into sight. */
    move(row, column, into = true) {
      const { columns, count } = this.rows;
      this.cursor = { row: Math.max(0, Math.min(row, count - 1)), column: Math.max(0, Math.min(column, columns.length - 1)) };
      const at = this.cursor;
      const name = columns[at.column]?.name ?? "";
      const whole = count ? tb.cellWhole(this.rows.value(at.row, at.column)) : "";
      this.value.replaceChildren(...(count ? [`row ${format.integer(this.rows.at(at.row) + 1)}, ${name}: `, make("span", { class: "grid-whole", text: whole })] : []));
      this.value.title = whole.slice(0, 2000);
      this.scroller.setAttribute("aria-activedescendant", this.cursorId());
      if (into && count) this.reveal(at);
    }

    reveal({ row, column }) {
      const { scroller, places } = this;
      const room = (scroller.clientHeight - HEAD_PX) / ROW_PX;
      const top = this.firstRow();
      const big = this.rows.count * ROW_PX > HIGHEST_SCROLL_PX;
      const unit = big ? (scroller.scrollHeight - scroller.clientHeight) / (this.rows.count - room) : ROW_PX;
      if (row < top) scroller.scrollTop = row * unit;
      else if (row + 1 > top + room) scroller.scrollTop = (row + 1 - room) * unit;
      if (places[column] < scroller.scrollLeft) scroller.scrollLeft = places[column];
      else if (places[column + 1] > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = places[column + 1] - scroller.clientWidth;
    }

    pressed(event) {
      if (!this.rows || event.ctrlKey || event.metaKey || event.altKey) return;
      const { row, column } = this.cursor;
      const end = [this.rows.count - 1, this.rows.columns.length - 1];
      const moves = { ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], PageUp: [row - PAGE_ROWS, column], PageDown: [row + PAGE_ROWS, column], Home: [0, column], End: [end[0], column] };
      if (event.key === "Enter" || event.key === "s") this.sort(column);
      else if (moves[event.key]) this.move(...moves[event.key]);
      else return;
      event.preventDefault();
      this.draw();
    }

    download() {
      if (this.rows) tb.saving.save(`table-step-${this.item.step}.csv`, this.rows.csv());
    }

    drop() {
      this.awaited.drop();
      this.resized.disconnect();
      clearTimeout(this.typing);
      this.element.remove();
    }
  }

  function makeLarge(box) {
    const grid = new Grid(box, null);
    return { show: (item) => grid.show([item]), drop: () => grid.drop() };
  }

  tb.drawers.grid = { widths: WIDTHS_PX, shares: true, shapeOf, height, make: (box, open) => new Grid(box, open), large: () => makeLarge };
})(window.tailboard);
