/* Where windows stand: units of columns and rows, no elements. A place is {id, x, y, w, h}. */
(function (tb) {
  "use strict";
  const ROW_PX = 20; // with the gap below it
  const GAP_PX = 8;
  const LEAST = { w: 3, h: 4 };
  const COLUMNS = [[2400, 40], [1800, 32], [1100, 24], [760, 16], [430, 8], [0, 4]]; // a column is 50 to 75 px wide

  const columnsFor = (width) => COLUMNS.find(([from]) => width >= from)[1];
  const overlaps = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w;
  const meets = (a, b) => overlaps(a, b) && a.y < b.y + b.h && b.y < a.y + a.h;
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

  /** The highest, then leftmost, spot for a window of this size beside `places`, none of which moves. */
  function free(places, { w, h }, columns) {
    const rows = [];
    for (const place of places) {
      for (let y = place.y; y < place.y + place.h; y++) (rows[y] ??= new Uint8Array(columns)).fill(1, place.x, place.x + place.w);
    }
    const taken = (x, y) => {
      for (let row = y; row < y + h; row++) if (rows[row]?.subarray(x, x + w).includes(1)) return true;
      return false;
    };
    for (let y = 0; ; y++) for (let x = 0; x + w <= columns; x++) if (!taken(x, y)) return { x, y };
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
  function pack(sizes, columns) {
    const placed = [];
    for (const size of sizes) {
      const fitting = { ...size, w: Math.min(size.w, columns) };
      placed.push({ ...fitting, ...free(placed, fitting, columns) });
    }
    return placed;
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

  tb.paneGrid = { ROW_PX, GAP_PX, columnsFor, units, pixels, free, compact, pack, put, meets, reading, bottom };
})(window.tailboard);
