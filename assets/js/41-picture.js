/* Draws the pictures of one call: one picture, or several as a grid, in a box whose size never changes by itself.

   A drawer is what `panel` of a kind names. It has `height(shape, width)`, how high its box is for the largest call
   of a tag, and `make(box, open)`, which returns an object with `show(items, shape, width)` and `drop()`. How its items
   are enlarged: 46-enlarged.js. */
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
  let shapes = new WeakMap(); // list -> its shape, until it grows
  const sizes = new Map(); // address -> [width, height] in pixels, of what was logged without them

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
      const [wide, high] = sizes.get(item.src) || [item.width_px, item.height_px];
      if (wide && high) shape.ratio = Math.max(shape.ratio, wide / high);
    }
    shapes.set(list, shape);
    return shape;
  }

  /** Remember how large an item is that was logged without its size; its box takes the form from now on. */
  function learnSize(item, width, height) {
    if (item.width_px || sizes.has(item.src) || !width) return;
    sizes.set(item.src, [width, height]);
    shapes = new WeakMap();
    tb.gallery.later();
  }

  /* Height of the captions below pictures of this width; none where they would be all dots. */
  function wordsHeight(shape, width) {
    if (!shape.letters || !tb.view.get().captions || width < CAPTION_FROM_PX) return 0;
    return Math.min(MOST_LINES, Math.ceil((shape.letters * LETTER_PX) / width)) * LINE_PX;
  }

  /* The fewest columns with which all tiles fit into the highest box that is allowed; below each picture go its words
     and `bar` pixels of whatever else. */
  function tiling(shape, width, bar) {
    for (let columns = 1; ; columns += 1) {
      const tile = (width - (columns - 1) * GAP_PX) / columns;
      const words = wordsHeight(shape, tile);
      const row = Math.min(tile / shape.ratio, HIGHEST * width - words - bar) + words + bar;
      const rows = Math.ceil(shape.count / columns);
      const smallest = (width - columns * GAP_PX) / (columns + 1) < SMALLEST_PX;
      const fit = Math.max(1, Math.floor((HIGHEST * width + GAP_PX) / (row + GAP_PX)));
      if (rows <= fit || smallest) return { columns, tile, row, words, rows: Math.min(rows, fit) };
    }
  }

  function height(shape, width, bar = 0) {
    const { row, rows } = tiling(shape, width, bar);
    return Math.ceil(rows * row + (rows - 1) * GAP_PX);
  }

  /** Pixels stay pixels where a small picture is drawn large, unless the view says otherwise. */
  function sharpen(image, width = image.naturalWidth, height = image.naturalHeight) {
    const chosen = tb.view.get().image_pixels;
    const scale = image.clientWidth && Math.min(image.clientWidth / width, image.clientHeight / height);
    image.classList.toggle("pixels", chosen === "pixels" || (chosen === "auto" && scale >= 2));
  }

  /** The items of one call in a grid. `makeTile(open)` makes what has an `element`, `show(item, width, height)` and
      `drop()`; the height is without words and the `bar` pixels below. */
  class Tiles {
    constructor(box, open, makeTile, bar = 0) {
      this.grid = make("div", { class: "tiles" });
      this.more = make("button", { class: "tile tile-more", type: "button" });
      this.more.addEventListener("click", () => open(this.tiles.length));
      this.makeTile = (place) => makeTile(() => open(place));
      this.bar = bar;
      this.tiles = [];
      box.replaceChildren(this.grid);
    }

    show(items, shape, width) {
      const { columns, tile, row, words, rows } = tiling(shape, width, this.bar);
      this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
      this.grid.style.gridAutoRows = `${row}px`;
      this.grid.style.setProperty("--words", `${words}px`);
      const room = rows * columns;
      const shown = items.length > room ? room - 1 : items.length;
      while (this.tiles.length < shown) this.tiles.push(this.makeTile(this.tiles.length));
      for (const each of this.tiles.splice(shown)) each.drop();
      this.tiles.forEach((each, i) => each.show(items[i], tile, row - words - this.bar));
      const rest = items.length - shown;
      this.more.textContent = `+${rest}`;
      this.more.title = `${rest} more in this call: enlarge to see them`;
      const wanted = this.tiles.map(({ element }) => element);
      tb.setChildren(this.grid, rest ? [...wanted, this.more] : wanted);
      for (const each of this.tiles) each.settle?.();
    }

    drop() {
      for (const each of this.tiles) each.drop();
      this.grid.remove();
    }
  }

  class PictureTile {
    constructor(open) {
      this.image = make("img", { loading: "lazy", alt: "", draggable: "false" });
      this.words = make("span", { class: "tile-words" });
      this.element = make("button", { class: "tile", type: "button" }, this.image, this.words);
      this.overlay = null; // boxes and masks, where an item has some
      this.image.addEventListener("load", () => this.settle());
      this.image.addEventListener("error", () => this.explain());
      this.element.addEventListener("click", open);
    }

    show(item, width, high) {
      const { image, words, element } = this;
      Object.assign(this, { item, width, high });
      if (image.getAttribute("src") !== item.src) {
        element.classList.remove("broken");
        image.src = item.src;
      }
      image.classList.toggle("drawing", item.media_type === "image/svg+xml");
      image.alt = item.caption || `${item.index + 1} of ${item.count} at step ${item.step}`;
      this.showOverlay();
      if (element.classList.contains("broken")) return;
      element.title = item.caption || "Enlarge";
      words.textContent = item.caption;
    }

    /* Once the picture is there and stands in the page. */
    settle() {
      if (!this.image.complete || !this.image.naturalWidth) return;
      sharpen(this.image);
      learnSize(this.item, this.image.naturalWidth, this.image.naturalHeight);
      this.showOverlay();
    }

    showOverlay() {
      const { item, image, width, high } = this;
      const wanted = tb.hasOverlays(item);
      if (!wanted && !this.overlay) return;
      if (!this.overlay) this.element.append((this.overlay = new tb.Overlay(false)).element);
      const loaded = image.complete && image.naturalWidth;
      const natural = loaded ? [image.naturalWidth, image.naturalHeight] : [item.width_px, item.height_px];
      this.overlay.element.hidden = !wanted || !natural[0];
      if (this.overlay.element.hidden) return;
      const scale = Math.min(width / natural[0], high / natural[1]);
      const [wide, tall] = natural.map((side) => side * scale);
      Object.assign(this.overlay.element.style, { left: `${(width - wide) / 2}px`, top: `${(high - tall) / 2}px` });
      this.overlay.show(item, natural, wide, tall);
    }

    async explain() {
      const { item, element, words } = this;
      element.classList.add("broken");
      const why = await tb.media.whyNot(item.src, "its file is no picture.");
      if (this.item.src === item.src) element.title = words.textContent = `This picture could not be loaded: ${why}`;
    }

    drop() {
      this.element.remove();
    }
  }

  /** Replace children only where they differ, so that nothing loses focus for nothing. */
  tb.setChildren = function (parent, wanted) {
    const current = parent.children;
    if (wanted.length === current.length && wanted.every((element, i) => element === current[i])) return;
    parent.replaceChildren(...wanted);
  };

  tb.shapeOf = shapeOf;
  tb.learnSize = learnSize;
  tb.sharpen = sharpen;
  tb.Tiles = Tiles;
  tb.tilesHeight = height;
  tb.drawers = { picture: { height: (shape, width) => height(shape, width), make: (box, open) => new Tiles(box, open, (show) => new PictureTile(show)) } };
})(window.tailboard);
