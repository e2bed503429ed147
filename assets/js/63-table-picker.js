/* The sheet that chooses what the table shows: metrics and which way they are better, figures, config, facts of runs. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const question = tb.tableQuestion;
  const FIGURES = [
    ["last", "last value"],
    ["best", "best value"],
    ["min", "lowest"],
    ["max", "highest"],
    ["mean", "mean of the last k"],
  ];
  const WAYS = {
    min: ["↓", "lower is better"],
    max: ["↑", "higher is better"],
    none: ["–", "neither end is better"],
  };
  const MOST = 300; // metrics in the list
  let sheet = null;

  const flip = (items, item, on) => (on ? [...items.filter((other) => other !== item), item] : items.filter((other) => other !== item));

  function box(words, checked, act, hint) {
    const input = make("input", { type: "checkbox", checked, "aria-label": hint });
    input.addEventListener("change", () => act(input.checked));
    return make("label", { class: "table-choice", title: hint }, input, make("span", { text: words }));
  }

  function section(title, ...content) {
    return make("fieldset", {}, make("legend", { text: title }), ...content);
  }

  /* --- metrics --- */
  function wayOf(tag) {
    const chosen = tb.view.get().table_better.find((one) => one.startsWith(tag + ":"));
    if (chosen) return chosen.slice(tag.length + 1);
    return tb.table.known().find(({ metric, better, statistic }) => metric === tag && better && statistic !== "mean")?.better ?? "none";
  }

  function turn(tag) {
    const order = Object.keys(WAYS);
    const way = order[(order.indexOf(wayOf(tag)) + 1) % order.length];
    const others = tb.view.get().table_better.filter((one) => !one.startsWith(tag + ":"));
    tb.view.set({ table_better: [...others, `${tag}:${way}`] });
  }

  function metric(tag) {
    const all = question.metrics();
    const picked = question.shownMetrics();
    const [sign, words] = WAYS[wayOf(tag)];
    const choose = (on) => {
      const now = flip(picked, tag, on);
      tb.view.set({ table_metrics: all.filter((other) => now.includes(other)) });
    };
    const way = make("button", { type: "button", class: "table-way", text: sign, title: `${words}; click to change`, "aria-label": `${tag}: ${words}` });
    way.addEventListener("click", () => turn(tag));
    return make("div", { class: "table-metric" }, box(tag, picked.includes(tag), choose, tag), way);
  }

  function metrics() {
    const set = (words, value, title) => {
      const button = make("button", { type: "button", class: "button", text: words, title });
      button.addEventListener("click", () => tb.view.set({ table_metrics: value }));
      return button;
    };
    const all = question.metrics();
    const more = all.length > MOST ? make("p", { class: "quiet", text: `${(all.length - MOST).toLocaleString("en")} more: filter tags to see them.` }) : null;
    const list = make("div", { class: "table-list" }, ...all.slice(0, MOST).map(metric), more);
    const buttons = [set("usual", null, "All but those of watched layers and of the machine, and new ones as they come"), set("all", question.metrics(), "Every metric that the filter of tags lets pass"), set("none", [], "No metric")];
    return section("Metrics", make("div", { class: "row" }, ...buttons), list);
  }

  /* --- figures, run and config --- */
  function figures() {
    const chosen = tb.view.get().table_stats;
    const choose = (name) => (on) => {
      const now = flip(chosen, name, on);
      tb.view.set({ table_stats: FIGURES.map(([other]) => other).filter((other) => now.includes(other)) });
    };
    return section("Of each metric", ...FIGURES.map(([name, words]) => box(words, chosen.includes(name), choose(name), words)));
  }

  function columns(title, wanted) {
    const found = tb.table.known().filter((column) => !column.metric && column.name !== "run" && wanted(column));
    if (!found.length) return null;
    const one = (column) => box(column.config ?? column.name, question.isShown(column), (on) => question.showColumn(column, on), column.means);
    return section(title, make("div", { class: "table-list" }, ...found.map(one)));
  }

  /* --- opening, closing, following --- */
  function content() {
    const ofRuns = question.rowsOf(tb.view.get()) === "runs";
    const parts = [metrics(), ofRuns ? figures() : null, columns("Config", ({ config }) => config), columns("Run", ({ config }) => !config)];
    return parts.filter(Boolean);
  }

  /** Write the sheet anew; the focus stays on the same choice. */
  function update() {
    if (!sheet) return;
    const choices = () => [...sheet.querySelectorAll("input, button")];
    const focused = choices().indexOf(document.activeElement);
    const scrolled = [...sheet.querySelectorAll(".table-list")].map((list) => list.scrollTop);
    sheet.replaceChildren(...content());
    sheet.querySelectorAll(".table-list").forEach((list, i) => (list.scrollTop = scrolled[i] ?? 0));
    if (focused >= 0) choices()[focused]?.focus({ preventScroll: true });
  }

  function close() {
    if (!sheet) return false;
    const hadFocus = sheet.contains(document.activeElement);
    sheet.remove();
    sheet = null;
    const button = document.querySelector('[data-act="table-pick"]');
    button.setAttribute("aria-expanded", "false");
    if (hadFocus) button.focus();
    return true;
  }

  function pick(button) {
    if (close()) return;
    sheet = make("div", { class: "table-sheet", role: "dialog", "aria-label": "Columns" });
    button.parentElement.append(sheet);
    button.setAttribute("aria-expanded", "true");
    update();
    sheet.querySelector("input, button")?.focus();
  }

  /* Pressed inside, a choice is written anew before the click arrives here: the sheet is asked by its path. */
  document.addEventListener("click", (event) => {
    if (sheet && !event.composedPath().includes(sheet) && !event.target.closest('[data-act="table-pick"]')) close();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && close()) event.stopPropagation();
    },
    true,
  );

  tb.actions["table-pick"] = pick;
  tb.tablePicker = { update, close };
})(window.tailboard);
