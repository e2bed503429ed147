/* Heat maps and lines of numbers on a canvas. Each returns `{at(x, y)}`: which number is at a place, {row, column} or null. */
(function (tb) {
  "use strict";
  const SCALE_PX = 46; // room for the scale of colours, with its numbers
  const BAR_PX = 10;
  const SHADES = 256;
  const LEFT_PX = 46;
  const BELOW_PX = 20;

  /** A colour for every shade: from the paper to the text's colour, or over the paper from one side to the other. */
  function shades(canvas, signed) {
    const look = tb.canvas.colours(canvas);
    const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const at = (share) => {
      if (!signed) return tb.canvas.mix(look.paper, look.run, share);
      return share < 0.5 ? tb.canvas.mix(look.paper, token("accent"), 1 - 2 * share) : tb.canvas.mix(look.paper, token("bad"), 2 * share - 1);
    };
    return { look, odd: token("warn"), list: Array.from({ length: SHADES }, (_, i) => at(i / (SHADES - 1))) };
  }

  const bytesOf = (colour) => {
    const [red, green, blue] = colour.startsWith("#") ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) : colour.match(/\d+/g).map(Number);
    return tb.raster.packed(red, green, blue);
  };

  /** The range of colours: from lowest to highest, around 0 where numbers have both signs. */
  function rangeOf({ low, high }) {
    if (low === null) return { from: 0, to: 1, signed: false };
    const most = Math.max(-low, high);
    return low < 0 && high > 0 ? { from: -most, to: most, signed: true } : { from: low, to: high > low ? high : low + 1, signed: false };
  }

  /* The number of a block of cells that shows as one pixel: the one farthest from the middle of the range, so that
     outliers stay, and NaN before all. */
  function blockOf(values, columns, [top, bottom], [left, right], middle) {
    let found = values[top * columns + left];
    for (let row = top; row < bottom; row += 1) {
      for (let column = left; column < right; column += 1) {
        const value = values[row * columns + column];
        if (!Number.isFinite(value)) return value;
        if (Math.abs(value - middle) > Math.abs(found - middle)) found = value;
      }
    }
    return found;
  }

  function heat(canvas, { values, rows, columns }, facts, [width, height], cursor) {
    const context = tb.canvas.begin(canvas, width, height);
    const room = width - SCALE_PX;
    const unit = Math.min(room / columns, height / rows);
    const even = rows / columns < 20 && columns / rows < 20; // longer ones are stretched, or they would be a thread
    const [w, h] = even ? [Math.max(1, columns * unit), Math.max(1, rows * unit)] : [room, height];
    const range = rangeOf(facts);
    const look = shades(canvas, range.signed);
    const picture = pictureOf(values, rows, columns, [Math.ceil(w), Math.ceil(h)], range, look);
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, 0, 0, w, h);
    drawScale(context, range, look, w + 6, Math.min(height, Math.max(h, 60)));
    if (cursor) {
      context.strokeStyle = look.look.text;
      context.strokeRect((cursor.column * w) / columns - 0.5, (cursor.row * h) / rows - 0.5, Math.max(3, w / columns) + 1, Math.max(3, h / rows) + 1);
    }
    return { at: (x, y) => (x < w && y < h && x >= 0 && y >= 0 ? { row: Math.floor((y / h) * rows), column: Math.floor((x / w) * columns) } : null) };
  }

  /* A pixel for each number, or for each block of them where there are more than pixels. */
  function pictureOf(values, rows, columns, [mostColumns, mostRows], range, { list, odd }) {
    const [w, h] = [Math.min(columns, mostColumns), Math.min(rows, mostRows)];
    const picture = document.createElement("canvas");
    Object.assign(picture, { width: w, height: h });
    const image = new ImageData(w, h);
    const pixels = new Uint32Array(image.data.buffer);
    const colours = list.map(bytesOf);
    const strange = bytesOf(odd);
    const middle = (range.from + range.to) / 2;
    for (let y = 0; y < h; y += 1) {
      const over = [Math.floor((y * rows) / h), Math.max(Math.floor((y * rows) / h) + 1, Math.floor(((y + 1) * rows) / h))];
      for (let x = 0; x < w; x += 1) {
        const across = [Math.floor((x * columns) / w), Math.max(Math.floor((x * columns) / w) + 1, Math.floor(((x + 1) * columns) / w))];
        const value = blockOf(values, columns, over, across, middle);
        const share = (value - range.from) / (range.to - range.from);
        pixels[y * w + x] = Number.isFinite(value) ? colours[Math.max(0, Math.min(SHADES - 1, Math.round(share * (SHADES - 1))))] : strange;
      }
    }
    picture.getContext("2d").putImageData(image, 0, 0);
    return picture;
  }

  function drawScale(context, { from, to }, { list, look }, left, height) {
    for (let y = 0; y < height; y += 1) {
      context.fillStyle = list[Math.round((1 - y / height) * (SHADES - 1))];
      context.fillRect(left, y, BAR_PX, 1);
    }
    context.strokeStyle = look.line;
    context.strokeRect(left + 0.5, 0.5, BAR_PX, height - 1);
    context.fillStyle = look.quiet;
    context.textAlign = "left";
    const marks = tb.canvas.ticks(from, to, 3);
    for (const { value, text } of marks) {
      const y = height * (1 - (value - from) / (to - from));
      context.textBaseline = y < 8 ? "top" : y > height - 8 ? "bottom" : "middle";
      context.fillText(text, left + BAR_PX + 3, y);
    }
  }

  function line(canvas, { values, columns }, { low, high }, [width, height], cursor) {
    const context = tb.canvas.begin(canvas, width, height);
    const area = { left: LEFT_PX, right: width - 8, top: 6, bottom: height - BELOW_PX };
    const look = tb.canvas.colours(canvas);
    const x = tb.canvas.scale(0, Math.max(1, columns - 1), area.left, area.right);
    const y = tb.canvas.scale(low ?? 0, high > low ? high : (low ?? 0) + 1, area.bottom, area.top);
    tb.canvas.axisBelow(context, x, area, look, true);
    tb.canvas.axisLeft(context, y, area, look);
    context.strokeStyle = context.fillStyle = look.run;
    context.lineWidth = 1.5;
    context.beginPath();
    let open = false;
    for (let i = 0; i < columns; i += 1) {
      if (Number.isFinite(values[i])) context[open ? "lineTo" : "moveTo"](x(i), y(values[i]));
      open = Number.isFinite(values[i]);
    }
    context.stroke();
    if (columns <= (area.right - area.left) / 6) for (let i = 0; i < columns; i += 1) if (Number.isFinite(values[i])) context.fillRect(x(i) - 2, y(values[i]) - 2, 4, 4);
    if (cursor) tb.canvas.line(context, look.text, [x(cursor.column), area.top], [x(cursor.column), area.bottom]);
    return { at: (px) => ({ row: 0, column: Math.max(0, Math.min(columns - 1, Math.round(x.back(px)))) }) };
  }

  tb.tensorPaint = { heat, line };
})(window.tailboard);
