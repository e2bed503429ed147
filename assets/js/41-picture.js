/* Draws the pictures of one call: one picture, or several as a grid, in a box whose size never changes by itself.

   A drawer is what `panel` of a kind names. It has `height(shape, width)`, how high its box is for the largest call
   of a tag, and `make(box, open)`, which returns an object with `show(items, shape, width)` and `drop()`. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const GAP_PX = 4;
  const LINE_PX = 14; // of a caption
  const LETTER_PX = 6;
  const MOST_LINES = 2;
  const SMALLEST_PX = 26; // a picture smaller than this says nothing
  const CAPTION_FROM_PX = 52; // captions below smaller pictures would be all dots
  const HIGHEST = 1.45; // of a box, times its width
  const shapes = new WeakMap(); // list -> its shape, until it grows

  /** The room that the largest call of a tag needs: how many items, their width over height, letters of a caption. */
  function shapeOf(lists) {
    const all = lists.map(shapeOfList);
    const most = (name) => Math.max(...all.map((shape) => shape[name]));
    return {
      count: Math.max(1, most("count")),
      ratio: Math.min(Math.max(most("ratio") || 1, 0.25), 6),
      letters: most("letters"),
      plots: all.some((shape) => shape.plots),
    };
  }

  function shapeOfList(list) {
    const known = shapes.get(list);
    if (known && known.items === list.items.length) return known;
    const shape = { items: list.items.length, count: 0, ratio: 0, letters: 0, plots: false };
    for (const group of list.groups.values()) shape.count = Math.max(shape.count, group.length);
    for (const item of list.items) {
      shape.letters = Math.max(shape.letters, item.caption.length);
      shape.plots = shape.plots || tb.isPlot(item);
      if (item.width_px && item.height_px) shape.ratio = Math.max(shape.ratio, item.width_px / item.height_px);
    }
    shapes.set(list, shape);
    return shape;
  }

  /* Height of the captions below pictures of this width; none where they would be all dots. */
  function wordsHeight(shape, width) {
    if (!shape.letters || !tb.view.get().captions || width < CAPTION_FROM_PX) return 0;
    return Math.min(MOST_LINES, Math.ceil((shape.letters * LETTER_PX) / width)) * LINE_PX;
  }

  /* The fewest columns with which all pictures fit into the highest box that is allowed. */
  function tiling(shape, width) {
    for (let columns = 1; ; columns += 1) {
      const tile = (width - (columns - 1) * GAP_PX) / columns;
      const words = wordsHeight(shape, tile);
      const row = Math.min(tile / shape.ratio, HIGHEST * width - words) + words;
      const rows = Math.ceil(shape.count / columns);
      const smallest = (width - columns * GAP_PX) / (columns + 1) < SMALLEST_PX;
      const fit = Math.max(1, Math.floor((HIGHEST * width + GAP_PX) / (row + GAP_PX)));
      if (rows <= fit || smallest) return { columns, row, words, rows: Math.min(rows, fit) };
    }
  }

  function height(shape, width) {
    const { row, rows } = tiling(shape, width);
    return Math.ceil(rows * row + (rows - 1) * GAP_PX);
  }

  function newTile(open, place) {
    const image = make("img", { loading: "lazy", alt: "", draggable: "false" });
    const words = make("span", { class: "tile-words" });
    const tile = make("button", { class: "tile", type: "button" }, image, words);
    image.addEventListener("load", () => sharpen(image));
    image.addEventListener("error", async () => {
      tile.classList.add("broken");
      const src = image.getAttribute("src");
      const why = await tb.media.whyNot(src, "its file is no picture.");
      if (image.getAttribute("src") === src) tile.title = words.textContent = `This picture could not be loaded: ${why}`;
    });
    tile.addEventListener("click", () => open(place));
    return { tile, image, words };
  }

  /** Pixels stay pixels where a small picture is drawn large, unless the view says otherwise. */
  function sharpen(image) {
    const chosen = tb.view.get().image_pixels;
    const scale = image.clientWidth && Math.min(image.clientWidth / image.naturalWidth, image.clientHeight / image.naturalHeight);
    image.classList.toggle("pixels", chosen === "pixels" || (chosen === "auto" && scale >= 2));
  }

  function fill({ tile, image, words }, item) {
    const src = item.src;
    if (image.getAttribute("src") !== src) {
      tile.classList.remove("broken");
      image.src = src;
    }
    image.classList.toggle("drawing", item.media_type === "image/svg+xml");
    image.alt = item.caption || `${item.index + 1} of ${item.count} at step ${item.step}`;
    if (tile.classList.contains("broken")) return;
    tile.title = item.caption || "Enlarge";
    words.textContent = item.caption;
  }

  class Pictures {
    constructor(box, open) {
      this.grid = make("div", { class: "tiles" });
      this.more = make("button", { class: "tile tile-more", type: "button" });
      this.more.addEventListener("click", () => open(this.shown));
      this.open = open;
      this.tiles = [];
      box.replaceChildren(this.grid);
    }

    show(items, shape, width) {
      const { columns, row, words, rows } = tiling(shape, width);
      this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
      this.grid.style.gridAutoRows = `${row}px`;
      this.grid.style.setProperty("--words", `${words}px`);
      const room = rows * columns;
      this.shown = items.length > room ? room - 1 : items.length;
      while (this.tiles.length < this.shown) this.tiles.push(newTile(this.open, this.tiles.length));
      this.tiles.slice(0, this.shown).forEach((tile, i) => fill(tile, items[i]));
      const rest = items.length - this.shown;
      this.more.textContent = `+${rest}`;
      this.more.title = `${rest} more in this call: enlarge to see them`;
      const wanted = this.tiles.slice(0, this.shown).map(({ tile }) => tile);
      tb.setChildren(this.grid, rest ? [...wanted, this.more] : wanted);
      for (const { image } of this.tiles) if (image.complete && image.naturalWidth) sharpen(image);
    }

    drop() {
      this.grid.remove();
    }
  }

  /** Replace children only where they differ, so that nothing loses focus for nothing. */
  tb.setChildren = function (parent, wanted) {
    const current = parent.children;
    if (wanted.length === current.length && wanted.every((element, i) => element === current[i])) return;
    parent.replaceChildren(...wanted);
  };

  tb.shapeOf = shapeOf;
  tb.sharpen = sharpen;
  tb.drawers = { picture: { height, make: (box, open) => new Pictures(box, open) } };
})(window.tailboard);
