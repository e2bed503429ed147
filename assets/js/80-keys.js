/* Keys: everything a hand does often. `?` shows them. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const flip = (field) => tb.view.set({ [field]: !tb.view.get()[field] });
  const smoother = (by) => tb.view.set({ amount: Math.min(1, Math.max(0, Math.round((tb.view.get().amount + by) * 100) / 100)) });
  const focusOn = (selector) => document.querySelector(selector)?.focus();

  const KEYS = [
    ["/", "filter", () => focusOn(".page:not([hidden]) input[data-field]")],
    ["r", "runs: show or hide the list", () => tb.actions["fold-runs"]()],
    ["s", "search runs", () => focusOn("input[data-field='search']")],
    ["p", "pause, or go on", () => tb.actions.pause()],
    ["l", "logarithmic vertical axes", () => flip("log_y")],
    ["x", "logarithmic horizontal axes", () => flip("log_x")],
    ["o", "ignore outliers", () => flip("outliers")],
    ["[", "less smoothing", () => smoother(-0.05)],
    ["]", "more smoothing", () => smoother(0.05)],
    ["e", "enlarge the focused panel", () => press("panel-enlarge")],
    ["f", "fit the focused panel", () => press("panel-fit")],
    ["d", "the focused panel's numbers as a table", () => press("panel-numbers")],
    ["t", "theme", () => tb.actions.theme()],
    ["1…9", "pages", null],
    ["?", "these keys", () => help()],
    ["Esc", "back: close, shrink, let go", null],
  ];

  function press(act) {
    document.activeElement?.closest?.(".panel")?.querySelector(`[data-act="${act}"]`)?.click();
  }

  function help() {
    const rows = [...KEYS, ...tb.keys.extra].map(([key, words]) =>
      make("tr", {}, make("td", {}, make("kbd", { text: key })), make("td", { text: words })),
    );
    const table = make("table", {}, make("tbody", {}, ...rows));
    tb.dialog("Keys", table, make("p", { class: "quiet", text: `Tailboard ${tb.known.version}` }));
  }

  function back() {
    if (document.querySelector(".dialog")) return tb.closeDialog();
    if (document.querySelector(".menu")) return document.querySelector(".menu").remove();
    if (tb.panelActions.shrink()) return undefined;
    if (tb.view.get().focus) return tb.view.set({ focus: "" });
    return document.activeElement?.blur?.();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return back();
    if (tb.keys.isTyped(event)) return undefined;
    const digit = Number(event.key);
    const pages = [...document.querySelectorAll("a.nav:not([hidden])")];
    if (digit >= 1 && digit <= pages.length) return tb.view.set({ page: pages[digit - 1].dataset.page });
    const found = KEYS.find(([key, , act]) => act && key === event.key);
    if (!found) return undefined;
    event.preventDefault();
    return found[2]();
  });

  tb.actions.help = help;
})(window.tailboard);
