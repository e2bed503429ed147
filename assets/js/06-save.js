/* Files that the browser makes itself, and the names of all that are saved. */
(function (tb) {
  "use strict";
  const KEPT_MS = 10_000; // until the browser has surely read it

  /** A file name of what is given, without what some disk refuses: `named("a/b", "step 3") + ".csv"`. */
  const named = (...parts) => parts.filter((part) => part !== "" && part !== null && part !== undefined).join("-").replace(/[^\w.=+-]+/g, "-");

  /** Save a Blob, or the text of a CSV. */
  function save(name, content) {
    const blob = content instanceof Blob ? content : new Blob([content], { type: "text/csv" });
    const link = tb.make("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
  }

  /* A spreadsheet would run a text that begins like a formula; numbers stay as they are. */
  function cell(value) {
    const text = String(value ?? "");
    const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  /** The text of a CSV (RFC 4180) of rows of values, the names of the columns first. */
  const csv = (rows) => rows.map((row) => row.map(cell).join(",") + "\r\n").join("");

  tb.saving = { named, save, csv };
})(window.tailboard);
