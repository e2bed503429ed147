/* Numbers and times as people read them. */
(function (tb) {
  "use strict";
  const grouped = new Intl.NumberFormat("en-US");

  /** 4 significant digits, thousands separated, powers of ten where digits would not fit. */
  function number(value) {
    if (value === null || value === undefined) return "–";
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(3).replace("-", "−").replace("e+", "e");
    const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : size >= 0.1 ? 4 : size >= 0.01 ? 5 : 6;
    return grouped.format(Number(value.toPrecision(4))).includes(".") || size < 1000
      ? value.toFixed(Number.isInteger(value) ? 0 : digits)
      : grouped.format(Math.round(value));
  }

  const integer = (value) => (value === null || value === undefined ? "–" : grouped.format(value));

  /** 1,234,567 -> 1.23M */
  function short(value) {
    if (value < 1e4) return grouped.format(value);
    if (value < 1e6) return (value / 1e3).toPrecision(3) + "k";
    return value < 1e9 ? (value / 1e6).toPrecision(3) + "M" : (value / 1e9).toPrecision(3) + "G";
  }

  /** A span of seconds: 0.4 s, 12 s, 3 min, 2.5 h, 4 d. */
  function span(seconds) {
    const size = Math.max(0, seconds);
    if (size < 9.95) return size.toFixed(1) + " s";
    if (size < 90) return Math.round(size) + " s";
    if (size < 5400) return Math.round(size / 60) + " min";
    if (size < 129600) return (size / 3600).toPrecision(2) + " h";
    return Math.round(size / 86400) + " d";
  }

  /** 83.2 -> 1:23.2, 4000 -> 1:06:40 */
  function clock(seconds) {
    const whole = Math.floor(Math.abs(seconds));
    const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const pad = (n) => String(n).padStart(2, "0");
    const sign = seconds < 0 ? "−" : "";
    if (parts[0]) return `${sign}${parts[0]}:${pad(parts[1])}:${pad(parts[2])}`;
    return `${sign}${parts[1]}:${pad(parts[2])}.${Math.floor((Math.abs(seconds) % 1) * 10)}`;
  }

  function date(seconds) {
    const day = new Date(seconds * 1000);
    const pad = (n) => String(n).padStart(2, "0");
    const time = `${pad(day.getHours())}:${pad(day.getMinutes())}:${pad(day.getSeconds())}`;
    return `${day.getFullYear()}-${pad(day.getMonth() + 1)}-${pad(day.getDate())} ${time}`;
  }

  /** A filter from what was typed: /regex/ or text without case. A regex that does not parse matches as text. */
  function matcher(text) {
    const trimmed = text.trim();
    const pattern = trimmed.match(/^\/(.+)\/([a-z]*)$/);
    if (pattern) {
      try {
        const regex = new RegExp(pattern[1], pattern[2].replace(/[gy]/g, ""));
        return (name) => regex.test(name);
      } catch (unfinished) {
        /* still being typed: as text */
      }
    }
    const words = trimmed.toLowerCase().split(/\s+/).filter(Boolean);
    return (name) => words.every((word) => name.toLowerCase().includes(word));
  }

  /** Make an element: `make("button", {class: "x", text: "y", "data-act": "z"}, child, ...)`. */
  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "text") element.textContent = value;
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  tb.format = { number, integer, short, span, clock, date };
  tb.matcher = matcher;
  tb.make = make;
})(window.tailboard);
