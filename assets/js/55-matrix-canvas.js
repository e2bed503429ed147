/* A confusion matrix on a canvas: the stronger the colour, the more; numbers where they fit.

   `shown` is {values, size, labels, text(value), top, signed}: values row after row, NaN for a cell that is not shown, and
   the value of full colour. Returns {find(px, py) -> {row, column} or null, spot(cell) -> [px, py]}. */
(function (tb) {
  "use strict";
  const { begin, colours, mix } = tb.canvas;
  const TITLE_PX = 16;
  const TOP_PX = 6; // half a line of text above the first row
  const LABEL_PX = 12; // height of a line of text
  const MOST_LABEL_PX = 84;
  const SHADES = 48;
  const FAINTEST = 0.06; // of what is not nothing
  const SMALL_PX = 9; // of numbers in cells
  const SMALL_BELOW_PX = 32;
  const GAP_FROM_PX = 7; // cells at least so wide have a line between them

  const channelsOf = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);
  const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = (colour) => channelsOf(colour).reduce((sum, value, i) => sum + [0.2126, 0.7152, 0.0722][i] * linear(value), 0);
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

  /* From the paper to a colour: each shade with the ink that is easier to read on it. */
  function shades(look, colour) {
    const inks = [look.text, look.paper].map((ink) => ({ ink, light: luminance(mix(ink, ink, 0)) }));
    return Array.from({ length: SHADES + 1 }, (_, i) => {
      const fill = mix(look.paper, colour, i / SHADES);
      const light = luminance(fill);
      const [a, b] = inks;
      return { fill, ink: contrast(light, a.light) >= contrast(light, b.light) ? a.ink : b.ink };
    });
  }

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  /* More classes than pixels: of the cells below one pixel the largest is drawn. */
  function pooled({ values, size }, most) {
    const by = Math.ceil(size / most);
    if (by === 1) return { values, size };
    const small = Math.ceil(size / by);
    const found = new Float64Array(small * small).fill(NaN);
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const at = Math.floor(row / by) * small + Math.floor(column / by);
        const value = values[row * size + column];
        if (!(Math.abs(value) <= Math.abs(found[at]))) found[at] = Number.isNaN(value) ? found[at] : value;
      }
    }
    return { values: found, size: small };
  }

  function draw(canvas, shown, { width, height }) {
    const context = begin(canvas, width, height);
    const look = colours(canvas);
    const { size, labels } = shown;
    const widest = Math.max(...labels.slice(0, 400).map((label) => context.measureText(label).width));
    const room = Math.ceil(Math.min(MOST_LABEL_PX, width * 0.26, widest)) + 8;
    const flat = Math.min(widest, MOST_LABEL_PX) + 8 <= (width - TITLE_PX - room - 4) / size;
    const left = TITLE_PX + room;
    const below = TITLE_PX + (flat ? LABEL_PX + 4 : room);
    const side = Math.max(size < 40 ? 40 : 20, Math.min(width - left - 4, height - below - TOP_PX - 2));
    const cell = side / size;
    const scales = { more: shades(look, token("accent")), less: shades(look, token("bad")) };
    const shadeOf = (value) => {
      const share = Math.min(1, Math.abs(value) / (shown.top || 1));
      return scales[value < 0 ? "less" : "more"][share ? Math.round(Math.max(FAINTEST, share) * SHADES) : 0];
    };
    cells();
    sides();
    numbers();

    function cells() {
      context.fillStyle = look.grid;
      context.fillRect(left, TOP_PX, side, side);
      const sharp = window.devicePixelRatio || 1;
      const { values, size: count } = pooled(shown, Math.floor(side * sharp));
      const one = side / count;
      const gap = one >= GAP_FROM_PX ? 1 : 0;
      for (let row = 0; row < count; row += 1) {
        for (let column = 0; column < count; column += 1) {
          const value = values[row * count + column];
          if (Number.isNaN(value)) continue;
          if (value === 0 && !gap) context.fillStyle = look.paper;
          else context.fillStyle = shadeOf(value).fill;
          const [x, y] = [left + column * one, TOP_PX + row * one];
          context.fillRect(x, y, one - gap + (gap ? 0 : 0.5), one - gap + (gap ? 0 : 0.5));
        }
      }
      context.strokeStyle = look.line;
      context.strokeRect(left - 0.5, TOP_PX - 0.5, side + 1, side + 1);
    }

    function numbers() {
      if (cell < LABEL_PX + 4) return;
      const family = context.font.replace(/^\S+ /, "");
      if (cell < SMALL_BELOW_PX) context.font = `${SMALL_PX}px ${family}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      for (let row = 0; row < size; row += 1) {
        for (let column = 0; column < size; column += 1) {
          const value = shown.values[row * size + column];
          if (Number.isNaN(value)) continue;
          const text = shown.text(value);
          if (context.measureText(text).width > cell - 2) continue;
          context.fillStyle = value === 0 ? look.quiet : shadeOf(value).ink;
          context.fillText(text, left + (column + 0.5) * cell, TOP_PX + (row + 0.5) * cell);
        }
      }
    }

    function short(label, most) {
      if (context.measureText(label).width <= most) return label;
      let end = label.length - 1;
      while (end > 1 && context.measureText(`${label.slice(0, end)}…`).width > most) end -= 1;
      return `${label.slice(0, end)}…`;
    }

    function sides() {
      const each = Math.max(1, Math.ceil(LABEL_PX / cell));
      context.fillStyle = look.quiet;
      context.textBaseline = "middle";
      for (let i = 0; i < size; i += each) {
        context.textAlign = "right";
        context.fillText(short(labels[i], room - 8), left - 5, TOP_PX + (i + 0.5) * cell);
        if (flat) {
          context.textAlign = "center";
          context.fillText(labels[i], left + (i + 0.5) * cell, TOP_PX + side + LABEL_PX / 2 + 3);
        } else turned(short(labels[i], room - 8), left + (i + 0.5) * cell, TOP_PX + side + 5, "right");
      }
      context.fillStyle = look.text;
      context.textAlign = "center";
      context.fillText("predicted", left + side / 2, TOP_PX + side + below - TITLE_PX / 2);
      turned("true", TITLE_PX / 2, TOP_PX + side / 2, "center");
    }

    function turned(text, x, y, align) {
      context.save();
      context.translate(x, y);
      context.rotate(-Math.PI / 2);
      context.textAlign = align;
      context.fillText(text, 0, 0);
      context.restore();
    }

    return {
      find(px, py) {
        const [column, row] = [Math.floor((px - left) / cell), Math.floor((py - TOP_PX) / cell)];
        return row >= 0 && row < size && column >= 0 && column < size ? { row, column } : null;
      },
      spot: ({ row, column }) => [left + (column + 0.5) * cell, TOP_PX + (row + 0.5) * cell],
      cell,
    };
  }

  tb.matrixPlot = { draw };
})(window.tailboard);
