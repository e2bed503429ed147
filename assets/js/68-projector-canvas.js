/* Draws many points without a GPU: stamps of a few pixels each into an image, the nearest to the eye kept. */
(function (tb) {
  "use strict";
  const FOG = 16; // shades of a colour from near to far
  const MOST_FOG = 0.62;
  const DIM = 0.82; // of what was not found while something is searched for
  const DEEP = 1.75; // half of the diagonal of a picture
  const FRONT = 1000; // what was found lies before the rest
  const HALVES = 2; // stamps are made for every half of a pixel
  const RIM_FROM_PX = 2.5;
  const MOST_RADIUS_PX = 24;

  const stamps = new Map(); // radius in halves, and shape -> {dx, dy, share, rim}

  /* The pixels of one point: where, how much of each it covers, and whether it is of the rim. */
  function stampOf(halves, shape) {
    const key = halves * 4 + shape;
    if (stamps.has(key)) return stamps.get(key);
    const radius = halves / HALVES;
    const reach = Math.ceil(radius);
    const cells = [];
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) {
        const inside = radius - distance(dx, dy, shape) + 0.5;
        if (inside <= 0.15) continue;
        cells.push({ dx, dy, share: Math.min(1, inside), rim: radius >= RIM_FROM_PX && inside < 1 });
      }
    }
    const stamp = {
      reach,
      dx: Int8Array.from(cells, (cell) => cell.dx),
      dy: Int8Array.from(cells, (cell) => cell.dy),
      share: Uint8Array.from(cells, (cell) => Math.round(cell.share * 255)),
      rim: Uint8Array.from(cells, (cell) => (cell.rim ? FOG : 0)),
    };
    stamps.set(key, stamp);
    return stamp;
  }

  function distance(dx, dy, shape) {
    if (shape === 1) return Math.max(Math.abs(dx), Math.abs(dy)) * 1.15;
    if (shape === 2) return (Math.abs(dx) + Math.abs(dy)) * 0.8;
    return Math.hypot(dx, dy);
  }

  const packed = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

  /* Of each entry: shades from far to near, then those of its rim; and all again for what was not found. */
  function shades(entries, look) {
    const table = new Uint32Array(entries.length * FOG * 4);
    entries.forEach(({ rgb }, entry) => {
      for (const [half, dim] of [[0, 0], [1, DIM]]) {
        for (let level = 0; level < FOG; level += 1) {
          const foggy = tb.projector.mixed(rgb, look.paper, MOST_FOG * (1 - level / (FOG - 1)));
          const shade = tb.projector.mixed(foggy, look.paper, dim);
          const from = (entry * 2 + half) * 2 * FOG + level;
          table[from] = packed(shade);
          table[from + FOG] = packed(tb.projector.mixed(shade, look.paper, 0.4));
        }
      }
    });
    return table;
  }

  /** The radius of a point in CSS pixels: the more there are, the smaller. */
  const radiusFor = (count) => Math.min(6, Math.max(1.4, 7.2 - 1.25 * Math.log10(Math.max(count, 1))));

  class Painter {
    constructor(canvas) {
      this.canvas = canvas;
      this.context = canvas.getContext("2d", { alpha: false });
      this.width = this.height = 0;
    }

    resize(width, height) {
      if (width === this.width && height === this.height) return;
      Object.assign(this, { width, height });
      Object.assign(this.canvas, { width, height });
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.depths = new Float32Array(width * height);
    }

    shadesOf(entries, look) {
      if (this.entries !== entries || this.look !== look) Object.assign(this, { entries, look, table: shades(entries, look) });
      return this.table;
    }

    /**
     * Draw points at places in CSS pixels (`x`, `y`), the larger `near` in front; a CSS pixel has `sharp` of the
     * screen's. `of` names the entry of each in `entries`,
     * `off` tells of each entry whether it is not drawn; `found` (or null) of each point whether it was searched for.
     */
    points({ x, y, near }, { of, entries }, { off, found, look, radius, flat, sharp }) {
      const table = this.shadesOf(entries, look);
      const { pixels, depths, width, height } = this;
      pixels.fill(packed(look.paper));
      depths.fill(-Infinity);
      const shape = entries.map((entry) => entry.shape);
      for (let one = 0; one < x.length; one += 1) {
        const entry = of[one];
        if (off[entry]) continue;
        const larger = flat ? 1 : tb.projector.AWAY / (tb.projector.AWAY - near[one]);
        const halves = Math.max(1, Math.round(Math.min(radius * sharp * larger, MOST_RADIUS_PX) * HALVES));
        const level = flat ? FOG - 1 : Math.max(0, Math.min(FOG - 1, ((near[one] / DEEP + 1) * FOG) >> 1));
        const dimmed = found !== null && !found[one];
        const shade = (entry * 2 + (dimmed ? 1 : 0)) * 2 * FOG + level;
        const depth = near[one] + (found !== null && !dimmed ? FRONT : 0);
        const [px, py] = [Math.round(x[one] * sharp), Math.round(y[one] * sharp)];
        const stamp = stampOf(halves, shape[entry]);
        const { reach, dx, dy, share, rim } = stamp;
        if (!(px >= -reach && py >= -reach && px < width + reach && py < height + reach)) continue;
        const inside = px >= reach && py >= reach && px < width - reach && py < height - reach;
        for (let cell = 0; cell < dx.length; cell += 1) {
          const [cx, cy] = [px + dx[cell], py + dy[cell]];
          if (!inside && (cx < 0 || cy < 0 || cx >= width || cy >= height)) continue;
          const at = cy * width + cx;
          if (depth < depths[at]) continue;
          const colour = table[shade + rim[cell]];
          if (share[cell] === 255) {
            pixels[at] = colour;
            depths[at] = depth;
          } else pixels[at] = blended(pixels[at], colour, share[cell]);
        }
      }
      this.context.putImageData(this.image, 0, 0);
    }

    /** Draw each point as its picture, those behind first, in a frame of its colour. */
    pictures({ x, y, near }, { of, entries }, { off, found, look, side, sprite, rows, sharp }) {
      const { context } = this;
      const [width, height] = [this.width / sharp, this.height / sharp];
      context.setTransform(sharp, 0, 0, sharp, 0, 0);
      context.globalAlpha = 1;
      context.fillStyle = `rgb(${look.paper.join(" ")})`;
      context.fillRect(0, 0, width, height);
      context.imageSmoothingEnabled = false;
      const order = Array.from(x.keys()).filter((one) => !off[of[one]]).sort((a, b) => near[a] - near[b]);
      for (const one of order) {
        const size = (side * tb.projector.AWAY) / (tb.projector.AWAY - near[one]);
        const tall = (size * sprite.height) / sprite.width;
        const [left, top] = [x[one] - size / 2, y[one] - tall / 2];
        if (left > width || top > height || left + size < 0 || top + tall < 0) continue;
        context.globalAlpha = found === null || found[one] ? 1 : 1 - DIM;
        context.fillStyle = `rgb(${entries[of[one]].rgb.join(" ")})`;
        context.fillRect(left - 2, top - 2, size + 4, tall + 4);
        const row = rows ? rows[one] : one;
        const [column, line] = [row % sprite.columns, Math.floor(row / sprite.columns)];
        context.drawImage(sprite.image, column * sprite.width, line * sprite.height, sprite.width, sprite.height, left, top, size, tall);
      }
      context.globalAlpha = 1;
    }
  }

  function blended(below, above, share) {
    const rest = 255 - share;
    const red = ((below & 255) * rest + (above & 255) * share) / 255;
    const green = (((below >> 8) & 255) * rest + ((above >> 8) & 255) * share) / 255;
    const blue = (((below >> 16) & 255) * rest + ((above >> 16) & 255) * share) / 255;
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }

  Object.assign(tb.projector, { Painter, radiusFor });
})(window.tailboard);
