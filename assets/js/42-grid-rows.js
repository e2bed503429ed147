/* The rows of a logged table: which are numbers, sorted and filtered without touching them, and as CSV. */
(function (tb) {
  "use strict";
  const LOOKED_AT = 400; // rows that tell the width of a column
  const LETTER_PX = 7.2;
  const PADDING_PX = 20;
  const LEAST_PX = 52;
  const MOST_PX = 380;
  const UNUSUAL = { NaN, Infinity: Infinity, "-Infinity": -Infinity }; // as they are written in JSON

  /** A cell's number: its own, or the one that a word stands for; null where it is none. */
  function numberOf(value) {
    if (typeof value === "number") return value;
    return typeof value === "string" && value in UNUSUAL ? UNUSUAL[value] : null;
  }

  /** A cell as it is read. Whole numbers keep all digits, others five of them. */
  function textOf(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "object") return JSON.stringify(value);
    if (typeof value !== "number") return String(value);
    if (Number.isInteger(value) && Math.abs(value) < 1e15) return tb.format.integer(value).replace("-", "−");
    const size = Math.abs(value);
    const text = size < 1e-4 || size >= 1e9 ? value.toExponential(4).replace(/\.?0+e/, "e").replace("e+", "e") : String(Number(value.toPrecision(5)));
    return text.replace(/-/g, "−");
  }

  /** The whole value, for a closer look and for files. */
  const wholeOf = (value) => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));

  class Rows {
    /** `content`: `{columns, rows}`, a list of names and a list of lists. Throws an Error where it is no such thing. */
    constructor({ columns, rows, data }) {
      this.rows = rows || data;
      if (!Array.isArray(columns) || !Array.isArray(this.rows)) throw new Error("Its file holds no columns and rows.");
      this.columns = columns.map((name, i) => this.columnOf(String(name), i));
      this.order = null; // places of the rows that are shown; null: all, as they were logged
    }

    columnOf(name, i) {
      const step = Math.max(1, Math.floor(this.rows.length / LOOKED_AT));
      let letters = name.length + 2;
      let numeric = true;
      let some = false;
      for (let at = 0; at < this.rows.length; at += step) {
        const value = this.rows[at]?.[i];
        letters = Math.max(letters, textOf(value).length);
        if (value === null || value === undefined) continue;
        some = true;
        numeric = numeric && numberOf(value) !== null;
      }
      if (numeric) letters += 2; // others may have a sign or a digit more
      return { name, numeric: numeric && some, width: Math.min(MOST_PX, Math.max(LEAST_PX, Math.round(letters * LETTER_PX + PADDING_PX))) };
    }

    get count() {
      return this.order ? this.order.length : this.rows.length;
    }

    /** Place in the log of the row that is shown at `place`. */
    at(place) {
      return this.order ? this.order[place] : place;
    }

    value(place, column) {
      return this.rows[this.at(place)]?.[column];
    }

    /** Show the rows that `filter` matches in any cell, by a column (`by`: {column, down}) or as they were logged (null). */
    arrange(filter, by) {
      const match = filter.trim() ? tb.matcher(filter) : null;
      const kept = [];
      for (let at = 0; at < this.rows.length; at += 1) if (!match || match((this.rows[at] || []).map(wholeOf).join("\t"))) kept.push(at);
      this.order = match || by ? kept : null;
      if (by) this.order.sort(this.compareBy(by));
    }

    /* Numbers by size and before words, nothing and NaN last in both directions; equal ones as they were logged. */
    compareBy({ column, down }) {
      const sign = down ? -1 : 1;
      const keys = this.rows.map((row) => keyOf(row?.[column]));
      return (a, b) => keys[a][0] - keys[b][0] || (keys[a][0] === 2 ? 0 : sign * compared(keys[a][1], keys[b][1])) || a - b;
    }

    /** The rows that are shown, in their order. */
    csv() {
      const rows = [this.columns.map(({ name }) => name)];
      for (let place = 0; place < this.count; place += 1) rows.push(this.columns.map((_, i) => wholeOf(this.value(place, i))));
      return tb.saving.csv(rows);
    }
  }

  function keyOf(value) {
    const number = numberOf(value);
    if (number !== null) return Number.isNaN(number) ? [2, 0] : [0, number];
    return value === null || value === undefined || value === "" ? [2, 0] : [1, wholeOf(value)];
  }

  const words = new Intl.Collator("en", { numeric: true });
  const compared = (a, b) => (typeof a === "number" ? (a < b ? -1 : a > b ? 1 : 0) : words.compare(a, b));

  tb.Rows = Rows;
  tb.cellText = textOf;
  tb.cellWhole = wholeOf;
})(window.tailboard);
