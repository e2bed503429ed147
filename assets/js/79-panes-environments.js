/* Which environments are shown: a button that names them, and below it a list, names that share what is before their
   first "_" under one heading. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const SEARCH_FROM = 9; // environments; fewer are found by eye
  let box = null; // {button, panel, search, list}
  let shown = "";

  const names = () => tb.panes.state.environments.map(({ name }) => name);

  function words() {
    const chosen = tb.panes.chosen();
    if (!chosen.length) return "no environment";
    return chosen.length === 1 ? chosen[0] : `${chosen.length} environments`;
  }

  function build(place) {
    const button = make("button", { class: "toggle pane-environments", type: "button", "aria-expanded": "false", title: "Environments to show" });
    const search = make("input", { class: "number-input", type: "search", placeholder: "Search or /regex/", "aria-label": "Search environments" });
    const list = make("div", { class: "pane-environment-list" });
    const panel = make("div", { class: "pane-environment-panel", hidden: true, role: "group", "aria-label": "Environments" }, search, list);
    button.addEventListener("click", () => open(panel.hidden));
    search.addEventListener("input", () => fill());
    place.append(make("div", { class: "pane-environment-box" }, button, panel));
    box = { button, panel, search, list };
  }

  function open(on) {
    box.panel.hidden = !on;
    box.button.setAttribute("aria-expanded", String(on));
    if (!on) return;
    fill();
    (box.search.hidden ? box.list.querySelector("input") : box.search)?.focus();
  }

  /* Groups of two and more under a heading; all others by themselves. */
  function grouped(all) {
    const groups = new Map();
    for (const each of all) {
      const head = each.name.split("_")[0];
      groups.set(head, [...(groups.get(head) || []), each]);
    }
    return groups;
  }

  function fill() {
    const chosen = new Set(tb.panes.chosen());
    const match = tb.matcher(box.search.value);
    const all = tb.panes.state.environments.filter(({ name }) => match(name));
    box.search.hidden = tb.panes.state.environments.length < SEARCH_FROM;
    const rows = [...grouped(all)].flatMap(([head, members]) => (members.length > 1 ? [heading(head, members, chosen), ...members.map((each) => row(each, chosen, true))] : [row(members[0], chosen, false)]));
    const focused = document.activeElement?.closest?.(".pane-environment")?.dataset.name;
    box.list.replaceChildren(...rows);
    if (!rows.length) box.list.append(make("p", { class: "quiet", text: "No environment matches." }));
    if (focused) box.list.querySelector(`[data-name="${CSS.escape(focused)}"] input`)?.focus();
  }

  function heading(head, members, chosen) {
    const some = members.filter(({ name }) => chosen.has(name)).length;
    const input = make("input", { type: "checkbox", checked: some === members.length });
    input.indeterminate = some > 0 && some < members.length;
    input.addEventListener("change", () => choose(members.map(({ name }) => name), input.checked));
    return make("label", { class: "pane-environment pane-environment-head", "data-name": `${head}_` }, input, make("span", { text: head }), make("span", { class: "quiet", text: `${members.length}` }));
  }

  function row({ name, windows, changed, writable }, chosen, inside) {
    const input = make("input", { type: "checkbox", checked: chosen.has(name) });
    input.addEventListener("change", () => choose([name], input.checked));
    const only = make("button", { class: "pane-only", type: "button", text: "only", "aria-label": `Only ${name}` });
    only.addEventListener("click", () => {
      show([name]);
      open(false);
      box.button.focus();
    });
    const facts = [windows === null ? "" : format.integer(windows), changed ? `${format.span(tb.live.now() - changed)} ago` : "", writable || !tb.panes.state.writable ? "" : "read-only"].filter(Boolean).join(" · ");
    const label = make("label", {}, input, make("span", { class: "pane-environment-name", text: name, title: name }), make("span", { class: "quiet", text: facts }));
    return make("div", { class: inside ? "pane-environment inside" : "pane-environment", "data-name": name }, label, only);
  }

  function choose(changed, on) {
    const before = tb.panes.chosen().filter((name) => !changed.includes(name));
    const order = names();
    show(on ? order.filter((name) => before.includes(name) || changed.includes(name)) : before);
    fill();
  }

  function show(chosen) {
    tb.view.set({ pane_environments: chosen });
  }

  /** Put the button into its place, and say what is shown. */
  function render() {
    const place = document.getElementById("panes-environments");
    if (!place) return;
    if (!box) build(place);
    const text = words();
    box.button.textContent = text;
    const state = JSON.stringify([names(), tb.panes.chosen()]);
    if (state !== shown && !box.panel.hidden) fill();
    shown = state;
  }

  document.addEventListener("pointerdown", (event) => box && !box.panel.hidden && !event.target.closest(".pane-environment-box") && open(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box || box.panel.hidden) return;
    open(false);
    box.button.focus();
    event.stopPropagation();
  }, true);

  tb.paneEnvironments = { render, open: () => open(true) };
})(window.tailboard);
