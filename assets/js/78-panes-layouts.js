/* Where a person put the windows: kept in this browser at once, by board (an environment, or a comparison) and by the
   number of columns, since a narrow window holds another arrangement. */
(function (tb) {
  "use strict";
  const grid = tb.paneGrid;
  const STORED = "tailboard.panes.";
  const SIZES_PX = { plot: [440, 320], network: [480, 420], embeddings: [480, 420], image: [300, 300], image_history: [300, 300], properties: [340, 220], text: [340, 192] };
  const BAR_PX = 28; // title bar and borders
  const FOOT_PX = 26; // a caption or a slider
  const AUDIO_PX = 56;
  const MOST_KEPT = 600; // places of a board; scripts that never name their windows leave new ones behind at every start
  const boards = new Map(); // name -> {columns -> {id -> [x, y, w, h]}}

  function read(board) {
    if (boards.has(board)) return boards.get(board);
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(STORED + board)) || {};
    } catch (blocked) {
      /* a private window, or something else's text: nothing was kept */
    }
    boards.set(board, kept);
    return kept;
  }

  const isStored = (board) => {
    try {
      return localStorage.getItem(STORED + board) !== null;
    } catch (blocked) {
      return false;
    }
  };

  function write(board, kept) {
    boards.set(board, kept);
    try {
      localStorage.setItem(STORED + board, JSON.stringify(kept));
    } catch (blocked) {
      /* the arrangement holds until the page is closed */
    }
  }

  /* Pixels that a window wants, its title bar and foot included. */
  function wanted(each) {
    const [width, height] = SIZES_PX[each.type] || SIZES_PX.text;
    if (each.form === "audio") return [each.width || 340, AUDIO_PX + BAR_PX];
    const feet = (each.caption || each.images?.some(({ caption }) => caption) ? 1 : 0) + (each.type === "image_history" ? 1 : 0);
    return [(each.width || width) + (each.type === "image" ? 2 : 0), (each.height || height) + BAR_PX + feet * FOOT_PX];
  }

  function sizeOf(each, room) {
    const [width, height] = wanted(each);
    return { id: each.key, ...grid.units(width, height, room) };
  }

  /* Of another number of columns: the same order of reading, the same sizes as far as they fit. */
  function adapted(kept, columns, shown, room) {
    const nearest = Object.keys(kept).map(Number).sort((a, b) => Math.abs(a - columns) - Math.abs(b - columns))[0];
    if (!nearest) return null;
    const old = Object.entries(kept[nearest]).map(([id, [x, y, w, h]]) => ({ id, x, y, w: Math.round((w * columns) / nearest) || 1, h }));
    const known = old.filter(({ id }) => shown.some(({ key }) => key === id)).sort(grid.reading);
    const natural = new Map(shown.map((each) => [each.key, sizeOf(each, room)]));
    return grid.pack(known.map((place) => ({ ...place, w: Math.max(place.w, Math.min(natural.get(place.id).w, columns)) })), columns);
  }

  /** Places for these windows: where they were put, and new ones where there is room without moving another. */
  function arrange(board, shown, room) {
    const columns = grid.columnsFor(room);
    const kept = read(board);
    let places = kept[columns] ? shown.filter(({ key }) => kept[columns][key]).map(({ key }) => toPlace(key, kept[columns][key])) : adapted(kept, columns, shown, room) || [];
    if (grid.collide(places)) places = grid.compact(places, columns);
    const placed = new Set(places.map(({ id }) => id));
    const newcomers = shown.filter(({ key }) => !placed.has(key));
    const added = grid.add(places, newcomers.map((each) => sizeOf(each, room)), columns);
    return places.length ? added : grid.flush(added, pliable(shown), columns);
  }

  /** The ids of windows whose scripts asked for no size. */
  const pliable = (shown) => new Set(shown.filter(({ width, height, form }) => !width && !height && form !== "audio").map(({ key }) => key));

  const toPlace = (id, [x, y, w, h]) => ({ id, x, y, w, h });

  /** Keep places; of windows that are not among them (closed ones may come back) the old place stays. What data brought
      is stored only where a person has arranged something already. */
  function keep(board, places, room, byHand = true) {
    const columns = grid.columnsFor(room);
    const kept = read(board);
    const before = kept[columns] || {};
    const mine = Object.keys(before).length > MOST_KEPT ? {} : { ...before };
    for (const { id, x, y, w, h } of places) mine[id] = [x, y, w, h];
    if (JSON.stringify(mine) === JSON.stringify(before)) return;
    if (byHand || isStored(board)) write(board, { ...kept, [columns]: mine });
    else boards.set(board, { ...kept, [columns]: mine });
  }

  /** As the scripts asked, in the order of making. */
  function reset(board) {
    boards.set(board, {});
    try {
      localStorage.removeItem(STORED + board);
    } catch (blocked) {
      /* nothing was kept */
    }
  }

  tb.paneLayouts = { arrange, keep, pliable, reset, sizeOf, read, write };
})(window.tailboard);
