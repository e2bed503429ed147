/* Masks: pictures whose grey is the number of a class. Decoded to numbers once, painted in the colours of the classes. */
(function (tb) {
  "use strict";
  const MOST_KEPT_PX = 64e6; // of all decoded masks
  const FILL = 180; // opacity, of 255, of what the outline of a class holds
  const kept = new Map(); // address -> {promise, mask, pixels}, the newest last

  /** Promise of a mask: `width`, `height` and the class of each pixel, row by row; null where it cannot be read. */
  function maskAt(src) {
    if (!kept.has(src)) {
      const entry = { mask: null, pixels: 0 };
      entry.promise = read(src).then((mask) => keep(entry, mask), () => null);
      kept.set(src, entry);
      entry.promise.then((mask) => mask || kept.delete(src)); // another time it may be there
    }
    return kept.get(src).promise;
  }

  function keep(entry, mask) {
    Object.assign(entry, { mask, pixels: mask.classes.length });
    let all = [...kept.values()].reduce((sum, { pixels }) => sum + pixels, 0);
    for (const [src, { pixels }] of kept) {
      if (all <= MOST_KEPT_PX) break;
      if (kept.get(src) === entry || !pixels) continue;
      kept.delete(src);
      all -= pixels;
    }
    return mask;
  }

  async function read(src) {
    const answer = await fetch(src);
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const wide = bytes[24] === 16 && bytes[25] === 0 && bytes[28] === 0; // of the PNG header: bits, grey, not interlaced
    return wide ? readWide(bytes) : readPicture(new Blob([bytes], { type: "image/png" }));
  }

  async function readPicture(blob) {
    const picture = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    const { width, height } = picture;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context.drawImage(picture, 0, 0);
    picture.close();
    const pixels = context.getImageData(0, 0, width, height).data;
    const classes = new Uint8Array(width * height);
    for (let i = 0; i < classes.length; i += 1) classes[i] = pixels[4 * i];
    return { width, height, classes };
  }

  /* Canvases keep 8 bits, so 16 are read from the file itself (PNG, second edition, chapters 5, 9 and 10). */
  async function readWide(bytes) {
    const view = new DataView(bytes.buffer);
    const [width, height] = [view.getUint32(16), view.getUint32(20)];
    const parts = [];
    for (let at = 8; at < bytes.length; at += view.getUint32(at) + 12) {
      if (view.getUint32(at + 4) === 0x49444154) parts.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at))); // IDAT
    }
    const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
    const lines = new Uint8Array(await new Response(stream).arrayBuffer());
    return { width, height, classes: unfilter(lines, width, height) };
  }

  /* Undo the filter of each line; a pixel has two bytes, the higher one first. */
  function unfilter(lines, width, height) {
    const row = 2 * width;
    const classes = new Uint16Array(width * height);
    let above = new Uint8Array(row + 2); // each line has a pixel of zeros before it
    let line = new Uint8Array(row + 2);
    for (let y = 0; y < height; y += 1) {
      const start = y * (row + 1);
      line.set(lines.subarray(start + 1, start + 1 + row), 2);
      UNDO[lines[start]]?.(line, above);
      for (let x = 0, i = 2; i < row + 2; x += 1, i += 2) classes[y * width + x] = (line[i] << 8) | line[i + 1];
      [line, above] = [above, line];
    }
    return classes;
  }

  const UNDO = {
    1: (line) => {
      for (let i = 2; i < line.length; i += 1) line[i] += line[i - 2];
    },
    2: (line, above) => {
      for (let i = 2; i < line.length; i += 1) line[i] += above[i];
    },
    3: (line, above) => {
      for (let i = 2; i < line.length; i += 1) line[i] += (line[i - 2] + above[i]) >> 1;
    },
    4: (line, above) => {
      for (let i = 2; i < line.length; i += 1) {
        const [left, up, corner] = [line[i - 2], above[i], above[i - 2]];
        const toLeft = Math.abs(up - corner); // from the guess, left + up - corner
        const toUp = Math.abs(left - corner);
        const toCorner = Math.abs(left + up - 2 * corner);
        line[i] += toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
      }
    },
  };

  /**
   * Paint a mask over what `pixels` (RGBA, `width` x `height`) holds: each class filled in its colour and outlined.
   * `colours`: class -> [red, green, blue]; a class without one is not painted.
   */
  function paint(pixels, width, height, mask, colours) {
    const classAt = (x, y) => mask.classes[y * mask.width + x];
    const columns = Int32Array.from({ length: width + 1 }, (_, x) => Math.min(mask.width - 1, Math.floor(((x + 0.5) * mask.width) / width)));
    const rows = Int32Array.from({ length: height + 1 }, (_, y) => Math.min(mask.height - 1, Math.floor(((y + 0.5) * mask.height) / height)));
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const own = classAt(columns[x], rows[y]);
        const colour = own && colours.get(own);
        if (!colour) continue;
        const inside =
          own === classAt(columns[x + 1], rows[y]) && own === classAt(columns[x], rows[y + 1]) && (!x || own === classAt(columns[x - 1], rows[y])) && (!y || own === classAt(columns[x], rows[y - 1]));
        const at = 4 * (y * width + x);
        pixels[at] = colour[0];
        pixels[at + 1] = colour[1];
        pixels[at + 2] = colour[2];
        pixels[at + 3] = inside ? FILL : 255;
      }
    }
  }

  tb.masks = { at: maskAt, known: (src) => kept.get(src)?.mask ?? null, paint };
})(window.tailboard);
