/* Colours of the heat maps: how a value becomes a place on a scale, and that a colour mixed from tokens. */
(function (tb) {
  "use strict";
  const SHADES = 64;
  const TAIL = 0.005; // share of the values at each end that may lie beyond the scale, so that one does not flatten all
  const FEW = 400; // with no more values, none may
  const DECADES = 8; // that a logarithmic scale spans at most
  const SIGNED = new Set(["mean", "min", "max", "activation_mean", "update_ratio"]);
  const FROM_ZERO = new Set(["zeros", "nonfinite", "grad_zeros", "grad_nonfinite", "weight_nonfinite", "activation_zeros", "activation_nonfinite"]);
  const WATCHED = new Set(["grad_norm", "weight_norm", "update_ratio", "grad_zeros", "grad_nonfinite", "weight_nonfinite", "activation_mean", "activation_std", "activation_zeros", "activation_nonfinite"]);
  const OF_DECADES = new Set(["grad_norm", "update_ratio"]); // told by their power of ten, whatever the option says
  const HEALTHY = 1e-3; // of update and weight: between, below and above are two hues
  const HEALTHY_DECADES = 3; // to either end

  /** The lowest and highest value that a scale has to tell apart, and whether some lie beyond: {low, high, beyond}. */
  function limitsOf(values) {
    const found = Float64Array.from(values).sort();
    if (!found.length) return null;
    const cut = found.length > FEW ? Math.floor(TAIL * found.length) : 0;
    const [low, high] = [found[cut], found[found.length - 1 - cut]];
    const above = found.find((value) => value > 0);
    return { low, high, above: above === undefined ? high : above, under: low > found[0], over: high < found.at(-1) };
  }

  /** A function from a value to its place: 0 to 1, or −1 to 1 where the statistic has a sign. */
  function placer(stat, limits, log) {
    if (!limits) return () => 0;
    if (stat === "update_ratio") return (value) => (value > 0 ? within(Math.log10(value / HEALTHY) / HEALTHY_DECADES, -1) : -1);
    if (SIGNED.has(stat)) {
      const top = Math.max(Math.abs(limits.low), Math.abs(limits.high)) || 1;
      return log ? (value) => Math.sign(value) * logShare(Math.abs(value), top / 1e4, top) : (value) => within(value / top, -1);
    }
    const low = FROM_ZERO.has(stat) ? 0 : limits.low;
    const floor = Math.max(limits.low > 0 ? limits.low : limits.above, limits.high / 10 ** DECADES);
    if (log && limits.high > floor) return (value) => logShare(value, floor, limits.high);
    return limits.high > low ? (value) => within((value - low) / (limits.high - low), 0) : () => (limits.high ? 0.5 : 0);
  }

  const within = (share, least) => Math.min(1, Math.max(least, share));
  const logShare = (value, low, high) => (value > low ? within(Math.log(value / low) / Math.log(high / low), 0) : 0);

  let made = { key: "", scales: null };

  /** The colours of both scales in the theme in force. */
  function colours() {
    const style = getComputedStyle(document.documentElement);
    const { sequential, diverging } = document.getElementById("layers").dataset;
    const stops = [sequential, diverging].map((names) => names.split(" ").map((name) => style.getPropertyValue(`--${name}`).trim()));
    const key = JSON.stringify(stops);
    if (made.key !== key) made = { key, scales: stops.map(shadesOf) };
    return made.scales;
  }

  /* Evenly from the first colour through the others to the last. */
  function shadesOf(stops) {
    return Array.from({ length: SHADES + 1 }, (_, i) => {
      const at = (i / SHADES) * (stops.length - 1);
      const from = Math.min(Math.floor(at), stops.length - 2);
      return tb.canvas.mix(stops[from], stops[from + 1], at - from);
    });
  }

  /** A function from a place on a statistic's scale to a colour. */
  function painter(stat) {
    const [sequential, diverging] = colours();
    if (SIGNED.has(stat)) return (place) => diverging[Math.round(((place + 1) / 2) * SHADES)];
    return (place) => sequential[Math.round(place * SHADES)];
  }

  /** What the ends and the middle of a scale mean, in words: [low, middle or "", high]. */
  function endsOf(stat, limits, log) {
    if (!limits) return ["", "", ""];
    const number = (value) => tb.format.number(value).replace("-", "−");
    if (stat === "update_ratio") return ["≤ 1e−6", "1e−3 healthy", "≥ 1"];
    if (SIGNED.has(stat)) {
      const top = Math.max(Math.abs(limits.low), Math.abs(limits.high));
      return [(limits.under ? "≤ " : "") + number(-top), "0", (limits.over ? "≥ " : "") + number(top)];
    }
    const floor = log ? Math.max(limits.low > 0 ? limits.low : limits.above, limits.high / 10 ** DECADES) : FROM_ZERO.has(stat) ? 0 : limits.low;
    const middle = log && limits.high > floor ? Math.sqrt(floor * limits.high) : (floor + limits.high) / 2;
    return [(limits.under || (log && limits.low < floor) ? "≤ " : "") + number(floor), number(middle), (limits.over ? "≥ " : "") + number(limits.high)];
  }

  const isSigned = (stat) => SIGNED.has(stat);
  const isLog = (stat, chosen) => chosen || OF_DECADES.has(stat);
  const isShare = (stat) => FROM_ZERO.has(stat);
  const isWatched = (stat) => WATCHED.has(stat);
  tb.layers.scale = { limitsOf, placer, painter, endsOf, isSigned, isLog, isShare, isWatched, HEALTHY };
})(window.tailboard);
