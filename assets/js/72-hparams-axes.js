/* The axes of the hyper-parameters page: each maps the values of one parameter, or of the metric, to places from 0 to 1. */
(function (tb) {
  "use strict";
  const { format } = tb;
  const WIDE = 100; // highest over lowest value from which an axis is logarithmic by itself
  const TICK_PX = 34;

  const finite = (value) => typeof value === "number" && Number.isFinite(value);
  const byCount = new Intl.Collator("en", { numeric: true }).compare;

  class Axis {
    /** `values`: one a run, null where it has none; `turned`: a person wants the other of linear and logarithmic. */
    constructor({ name, number, values, turned, metric = false }) {
      Object.assign(this, { name, values, metric, number });
      const there = number ? values.filter(finite) : values.filter((value) => value !== null);
      this.categories = number ? [] : [...new Set(there.map(String))].sort(byCount);
      [this.low, this.high] = number && there.length ? [there.reduce((a, b) => Math.min(a, b)), there.reduce((a, b) => Math.max(a, b))] : [0, 1];
      this.only = number && there.length && this.low === this.high ? this.low : null; // the one value that all have
      this.isWhole = number && there.every(Number.isInteger);
      this.canLog = number && this.low > 0;
      this.log = this.canLog && (this.high / this.low >= WIDE) !== turned;
      if (this.low === this.high && number) [this.low, this.high] = this.log ? [this.low / 2, this.high * 2] : [this.low - 0.5, this.high + 0.5];
    }

    /** Where a value lies, 0 the lowest; null where it has no place. */
    place(value) {
      if (!this.number) return value === null || value === undefined ? null : (this.categories.indexOf(String(value)) + 0.5) / this.categories.length;
      if (!finite(value) || (this.log && value <= 0)) return null;
      const scaled = this.log ? Math.log : (number) => number;
      return (scaled(value) - scaled(this.low)) / (scaled(this.high) - scaled(this.low));
    }

    /* Between whole numbers there is nothing to read off. */
    whole(ticks) {
      if (!this.isWhole) return ticks;
      return ticks.filter(({ value }) => Math.abs(value - Math.round(value)) < 1e-9).map(({ value }) => ({ value: Math.round(value), text: format.integer(Math.round(value)) }));
    }

    /** The number at a place. */
    at(place) {
      if (this.log) return this.low * (this.high / this.low) ** place;
      return this.low + place * (this.high - this.low);
    }

    /** What a range of places selects, as a brush: [name, low, high], or [name, [category, ...]]. */
    brush(from, to) {
      const [low, high] = from < to ? [from, to] : [to, from];
      if (this.number) return [this.name, ...[low, high].map((place) => Number(this.at(Math.min(1.02, Math.max(-0.02, place))).toPrecision(6)))];
      return [this.name, this.categories.filter((category) => this.place(category) >= low && this.place(category) <= high)];
    }

    /** The ranges of places that a brush covers. */
    covered([, first, second]) {
      if (this.number) return [[this.place(first) ?? 0, this.place(second) ?? 1]];
      const half = 0.5 / this.categories.length;
      return first.map((category) => this.place(category)).filter((place) => place >= 0).map((place) => [place - half, place + half]);
    }

    passes([, first, second], value) {
      if (this.number) return finite(value) && value >= first && value <= second;
      return value !== null && first.includes(String(value));
    }

    text(value) {
      if (value === null || value === undefined) return "–";
      if (typeof value !== "number") return String(value);
      return this.metric ? format.number(value) : setting(value);
    }

    ticks(heightPx) {
      if (this.only !== null) return [{ value: this.only, text: this.text(this.only) }];
      if (this.number && !this.log) return this.whole(tb.canvas.ticks(this.low, this.high, Math.floor(heightPx / TICK_PX)));
      if (this.log) return powers(this.low, this.high);
      const stride = Math.ceil((this.categories.length * 14) / heightPx);
      return this.categories.filter((_, i) => i % stride === 0).map((value) => ({ value, text: value }));
    }
  }

  /* A setting as a person wrote it: 0.003 and not 0.003000. */
  function setting(value) {
    const short = Number(value.toPrecision(4));
    const size = Math.abs(short);
    return Number.isInteger(value) || !Number.isFinite(value) || size < 1e-4 || size >= 1e4 ? format.number(value) : String(short).replace("-", "−");
  }

  /* Powers of ten; where fewer than two are in sight, their doubles and fivefolds too, and at least both ends. */
  function powers(low, high) {
    const found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
      for (const times of [1, 2, 5]) found.push({ value: times * 10 ** power, main: times === 1 });
    }
    const inside = found.filter(({ value }) => value >= low * 0.999 && value <= high * 1.001);
    const main = inside.filter((tick) => tick.main);
    const chosen = main.length > 1 ? main : inside.length > 1 ? inside : [{ value: low }, { value: high }];
    return chosen.map(({ value }) => ({ value, text: String(Number(value.toPrecision(3))).replace("e-", "e−") }));
  }

  /**
   * Spearman's rank correlation of two lists (https://doi.org/10.2307/1412159), ties sharing their mean rank; null with
   * fewer than three pairs, or where one list is constant.
   */
  function spearman(a, b) {
    const pairs = a.map((value, i) => [value, b[i]]).filter(([x, y]) => finite(x) && finite(y));
    if (pairs.length < 3) return null;
    const [x, y] = [0, 1].map((side) => ranks(pairs.map((pair) => pair[side])));
    const mean = (pairs.length + 1) / 2;
    const sum = (of) => of.reduce((total, value) => total + value, 0);
    const spread = Math.sqrt(sum(x.map((rank) => (rank - mean) ** 2)) * sum(y.map((rank) => (rank - mean) ** 2)));
    return spread ? sum(x.map((rank, i) => (rank - mean) * (y[i] - mean))) / spread : null;
  }

  function ranks(values) {
    const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
    const found = [];
    for (let from = 0; from < order.length; ) {
      let to = from;
      while (to < order.length && values[order[to]] === values[order[from]]) to += 1;
      for (let i = from; i < to; i += 1) found[order[i]] = (from + to + 1) / 2;
      from = to;
    }
    return found;
  }

  tb.hparams = { Axis, spearman, finite, byCount };
})(window.tailboard);
