/* Colours of points by a column: a colour and a shape for each class, or a scale of numbers. */
(function (tb) {
  "use strict";
  const SHAPES = ["disc", "square", "diamond"];
  const RUN_COLOURS = 8;
  const MOST_CLASSES = 20;
  const LEVELS = 48; // of a scale of numbers
  const NO_COLOUR = "-";
  const OTHER = "other";

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const channels = (colour) => tb.canvas.mix(colour, colour, 0).match(/\d+/g).map(Number);
  const mixed = (from, to, share) => from.map((value, i) => Math.round(value + (to[i] - value) * share));

  /** Colours of the theme in force, as red, green and blue. */
  function theme() {
    const named = Object.fromEntries(["paper", "faded", "accent", "text", "text-quiet", "grid"].map((name) => [name, channels(token(name))]));
    const runs = Array.from({ length: RUN_COLOURS }, (_, slot) => channels(token(`run-${slot}`)));
    const scale = Array.from({ length: LEVELS }, (_, level) => {
      const share = (2 * level) / (LEVELS - 1);
      return share < 1 ? mixed(named.faded, named.accent, share) : mixed(named.accent, named.text, share - 1);
    });
    return { ...named, runs, scale };
  }

  const naturally = new Intl.Collator("en", { numeric: true }).compare;

  /** The column that colours: the one that was chosen, else the first of few classes. */
  function columnOf(columns, chosen) {
    if (chosen === NO_COLOUR) return null;
    if (chosen) return columns.find((column) => column.name === chosen) || null;
    return columns.find((column) => column.is_class && differentOf(column).size <= MOST_CLASSES) || null;
  }

  const different = new WeakMap(); // column -> class -> how many
  function differentOf(column) {
    if (!different.has(column)) {
      const counts = new Map();
      for (const value of column.values) counts.set(String(value), (counts.get(String(value)) || 0) + 1);
      different.set(column, counts);
    }
    return different.get(column);
  }

  /**
   * How n points are coloured: `of` (the entry of each), `entries` ({name, count, rgb, shape}), `range` of a scale.
   * Classes beyond the 20 most frequent are one more entry.
   */
  function colouring(column, n, look) {
    if (!column) return { column: "", of: new Uint8Array(n), entries: [{ name: "", count: n, rgb: look.accent, shape: 0 }], range: null };
    return column.is_class ? byClass(column, look) : byNumber(column, look);
  }

  function byClass(column, look) {
    const counts = [...differentOf(column)].sort((a, b) => b[1] - a[1] || naturally(a[0], b[0]));
    const shown = counts.slice(0, MOST_CLASSES).sort((a, b) => naturally(a[0], b[0]));
    const entries = shown.map(([name, count], i) => ({ name, count, rgb: shadeOf(i, look), shape: Math.floor(i / RUN_COLOURS) }));
    const rest = counts.slice(MOST_CLASSES);
    const others = rest.reduce((sum, [, count]) => sum + count, 0);
    if (others) entries.push({ name: OTHER, count: others, rgb: look.faded, shape: 0, of: rest.length });
    const place = new Map(shown.map(([name], i) => [name, i]));
    const of = Uint8Array.from(column.values, (value) => place.get(String(value)) ?? entries.length - 1);
    return { column: column.name, of, entries, range: null };
  }

  /* From the ninth class on the colours come again, nearer to the text's, then to the ground's: small points show no shape. */
  function shadeOf(i, look) {
    const rgb = look.runs[i % RUN_COLOURS];
    const [towards, share] = [[rgb, 0], [look.text, 0.45], [look.paper, 0.5]][Math.floor(i / RUN_COLOURS)];
    return mixed(rgb, towards, share);
  }

  function byNumber(column, look) {
    let [low, high] = [Infinity, -Infinity];
    for (const value of column.values) {
      if (value < low && value > -Infinity) low = value;
      if (value > high && value < Infinity) high = value;
    }
    const unit = high > low ? (LEVELS - 1) / (high - low) : 0;
    const of = Uint8Array.from(column.values, (value) => (Number.isFinite(value) ? Math.round((value - low) * unit) : LEVELS));
    const entries = [...look.scale, look.faded].map((rgb) => ({ name: "", count: 0, rgb, shape: 0 }));
    return { column: column.name, of, entries, range: { low, high } };
  }

  Object.assign(tb.projector, { theme, columnOf, colouring, mixed, SHAPES, NO_COLOUR, OTHER });
})(window.tailboard);
