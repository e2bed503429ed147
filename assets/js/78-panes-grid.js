/* Where windows stand: units of columns and rows, no elements. A place is {id, x, y, w, h}. */
(function (tb) {
  "use strict";
  const ROW_PX = 20; // with the gap below it
  const GAP_PX = 8;
  const LEAST = { w: 3, h: 4 };
  const COLUMNS = [[2400, 40], [1800, 32], [1100, 24], [760, 16], [430, 8], [0, 4]]; // a column is 50 to 75 px wide

  const columnsFor = (width) => COLUMNS.find(([from]) => width >= from)[1];
  const MOST_FLUSH = { w: 4, h: 4 };
  const overlaps = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w;
  const reading = (a, b) => a.y - b.y || a.x - b.x;
  const bottom = (places) => places.reduce((most, { y, h }) => Math.max(most, y + h), 0);
  const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

  /** Units for a window of so many pixels. */
  function units(width, height, room) {
    const columns = columnsFor(room);
    const step = (room + GAP_PX) / columns;
    return { w: clamp(Math.round((width + GAP_PX) / step), Math.min(LEAST.w, columns), columns), h: Math.max(LEAST.h, Math.ceil((height + GAP_PX) / ROW_PX)) };
  }

  /** Pixels of a place in a grid of this width. */
  function pixels({ x, y, w, h }, room) {
    const step = (room + GAP_PX) / columnsFor(room);
    return { left: Math.round(x * step), top: y * ROW_PX, width: Math.round((x + w) * step) - Math.round(x * step) - GAP_PX, height: h * ROW_PX - GAP_PX };
  }

  /** Which cells are taken. Rows without room enough are passed over, so that a thousand windows are placed at once. */
  class Ground {
    constructor(columns, places = []) {
      this.columns = columns;
      this.rows = []; // of each: which cells are taken
      this.left = []; // how many are free
      for (const place of places) this.take(place);
    }

    take({ x, y, w, h }) {
      for (let row = y; row < y + h; row++) {
        while (this.rows.length <= row) {
          this.rows.push(new Uint8Array(this.columns));
          this.left.push(this.columns);
        }
        for (let at = x; at < Math.min(x + w, this.columns); at++) {
          this.left[row] -= 1 - this.rows[row][at];
          this.rows[row][at] = 1;
        }
      }
    }

    isFree({ x, y, w, h }) {
      for (let row = y; row < Math.min(y + h, this.rows.length); row++) for (let at = x; at < x + w; at++) if (this.rows[row][at]) return false;
      return true;
    }

    /** The highest, then leftmost, spot for a window of this size. */
    spot({ w, h }) {
      for (let y = 0; ; y++) {
        if (this.left[y] < w) continue;
        for (let x = 0; x + w <= this.columns; x++) if (this.isFree({ x, y, w, h })) return { x, y };
      }
    }
  }

  /** These sizes, each in the first spot that is free beside `places`, none of which moves. */
  function add(places, sizes, columns) {
    const ground = new Ground(columns, places);
    const all = [...places];
    for (const size of sizes) {
      const fitting = { ...size, w: Math.min(size.w, columns) };
      const place = { ...fitting, ...ground.spot(fitting) };
      ground.take(place);
      all.push(place);
    }
    return all;
  }

  /* Put each place as high as those before it allow. */
  function stack(places, columns) {
    const heights = new Array(columns).fill(0);
    return places.map((place) => {
      const y = Math.max(...heights.slice(place.x, place.x + place.w));
      heights.fill(y + place.h, place.x, place.x + place.w);
      return { ...place, y };
    });
  }

  /** Close the gaps; the order of what stands above what stays. */
  const compact = (places, columns) => stack([...places].sort(reading), columns);

  /** All in this order, each in the first spot that is free. */
  const pack = (sizes, columns) => add([], sizes, columns);

  /** Grow those that may (`pliable`: ids) into narrow gaps beside and below them, so that edges are in line. */
  function flush(places, pliable, columns) {
    const ground = new Ground(columns, places);
    const end = bottom(places);
    return places.map((place) => {
      if (!pliable.has(place.id)) return place;
      const wider = gap((by) => place.x + place.w + by <= columns && ground.isFree({ ...place, x: place.x + place.w, w: by }), MOST_FLUSH.w);
      const wide = { ...place, w: place.w + wider };
      const higher = gap((by) => place.y + place.h + by <= end && ground.isFree({ ...wide, y: place.y + place.h, h: by }), MOST_FLUSH.h);
      const grown = { ...wide, h: place.h + higher };
      ground.take(grown);
      return grown;
    });
  }

  /* How many units are free up to the next window or the edge; 0 where it is further than `most`. */
  function gap(isFree, most) {
    let by = 0;
    while (by <= most && isFree(by + 1)) by += 1;
    return by > most ? 0 : by;
  }

  /** Whether any two of these stand on each other. */
  function collide(places) {
    const ground = new Ground(1 + Math.max(0, ...places.map(({ x, w }) => x + w)));
    return places.some((place) => {
      const free = ground.isFree(place);
      ground.take(place);
      return !free;
    });
  }

  /** Put one where a hand holds it: those in its way go below it, or above where it has passed their middle. */
  function put(places, wanted, columns) {
    const before = places.find(({ id }) => id === wanted.id);
    const w = clamp(wanted.w, Math.min(LEAST.w, columns), columns);
    const held = { id: wanted.id, w, h: Math.max(LEAST.h, wanted.h), x: clamp(wanted.x, 0, columns - w), y: Math.max(0, wanted.y) };
    const edge = held.y > before.y ? held.y + before.h : held.y;
    const others = places.filter(({ id }) => id !== wanted.id).sort(reading);
    let at = others.findIndex((other) => overlaps(other, held) && other.y + other.h / 2 > edge);
    if (at < 0) at = others.length;
    return stack([...others.slice(0, at), held, ...others.slice(at)], columns);
  }

  tb.paneGrid = { ROW_PX, GAP_PX, columnsFor, units, pixels, add, compact, pack, flush, collide, put, reading, bottom };
})(window.tailboard);
