/* What is done with an environment as a whole: its arrangements for everybody, a copy, clearing, deleting. */
(function (tb) {
  "use strict";
  const { make } = tb;
  let known = { environment: "", mine: {}, shared: {} };
  let shown = "";

  const one = () => (tb.panes.chosen().length === 1 ? tb.panes.chosen()[0] : null);

  const button = (text, title, act, disabled) => {
    const element = make("button", { class: "button", type: "button", text, title, disabled });
    element.addEventListener("click", act);
    return element;
  };

  /* --- arrangements --- */
  async function learn() {
    const environment = one();
    if (environment === null) return;
    try {
      const { layouts, shared } = await tb.panes.layouts(environment);
      known = { environment, mine: layouts, shared };
    } catch (failure) {
      known = { environment, mine: {}, shared: {}, error: failure.message };
    }
    render();
  }

  function select(board) {
    const element = make("select", { class: "select", "aria-label": "Saved arrangement of the windows" }, make("option", { value: "", text: "arrangements…" }));
    const all = [...Object.keys(known.mine).map((name) => ["mine", name]), ...Object.keys(known.shared).map((name) => ["shared", name])];
    for (const [whose, name] of all) element.append(make("option", { value: `${whose} ${name}`, text: whose === "shared" ? `${name} (all environments)` : name }));
    element.disabled = !all.length;
    element.title = all.length ? "Put the windows as they were saved" : "None was saved yet";
    element.addEventListener("change", () => {
      const [, whose, name] = element.value.match(/^(\w+) (.*)$/) || [];
      if (name !== undefined) apply(board, known[whose][name], name);
      element.value = "";
    });
    return element;
  }

  /* Places are kept by the ids of windows, without their environment, so that they hold after a fork too. */
  function apply(board, saved, name) {
    const kept = {};
    for (const [columns, places] of Object.entries(saved.columns || {})) kept[columns] = Object.fromEntries(Object.entries(places).map(([id, place]) => [tb.panes.keyOf(board.name, id), place]));
    tb.paneLayouts.write(board.name, kept);
    tb.panes.redraw();
    tb.toast(`Windows are arranged as “${name}”.`);
  }

  async function save(board, name) {
    const columns = {};
    for (const [count, places] of Object.entries(tb.paneLayouts.read(board.name))) columns[count] = Object.fromEntries(Object.entries(places).map(([key, place]) => [key.slice(key.indexOf("\n") + 1), place]));
    await tb.panes.edit({ action: "layout", environment: board.name, name, layout: { columns } });
    await learn();
    tb.toast(`Saved for everybody as “${name}”.`);
  }

  /* --- dialogs --- */
  function ask(title, words, label, value, verb, act) {
    const input = label ? make("input", { class: "number-input", type: "text", "aria-label": label, value, required: true, maxlength: "120" }) : null;
    const trouble = make("p", { class: "pane-trouble-words", role: "alert" });
    const form = make("form", { class: "pane-dialog" }, make("p", { text: words }), input, make("div", { class: "row" }, make("button", { class: "button primary", text: verb }), button("Cancel", "", () => tb.closeDialog())), trouble);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await act(input?.value.trim());
        tb.closeDialog();
      } catch (failure) {
        trouble.textContent = failure.message;
      }
    });
    tb.dialog(title, form);
    (input || form.querySelector("button")).focus();
    input?.select();
  }

  function saveArrangement(board) {
    ask("Save this arrangement for everybody", `Where the windows of “${board.name}” stand now, under a name. The same name again replaces it.`, "Name of the arrangement", "", "Save", (name) => save(board, name));
  }

  function deleteArrangement() {
    const names = Object.keys(known.mine);
    const rows = names.map((name) => {
      const row = make("div", { class: "row pane-dialog-row" }, make("span", { text: name }));
      row.append(button("delete", `Delete the arrangement ${name} for everybody`, async () => {
        try {
          await tb.panes.edit({ action: "layout", environment: known.environment, name, layout: null });
          row.remove();
          await learn();
        } catch (failure) {
          tb.toast(failure.message);
        }
      }));
      return row;
    });
    tb.dialog("Arrangements that were saved", ...rows);
  }

  function fork(environment) {
    ask("Copy this environment", `All windows of “${environment}”, as they are now, into another one.`, "Name of the copy", `${environment}_copy`, "Copy", async (to) => {
      if (tb.panes.state.environments.some(({ name }) => name === to)) throw new Error(`There is an environment “${to}” already. Choose another name.`);
      await tb.panes.edit({ action: "fork", environment, to });
      tb.view.set({ pane_environments: [to] });
    });
  }

  function clear(environment) {
    ask("Close all windows", `All windows of “${environment}” are closed for everybody, and what they show is deleted.`, "", "", "Close all", () => tb.panes.edit({ action: "clear", environment }));
  }

  function remove(environment) {
    ask("Delete this environment", `“${environment}” is deleted for everybody, with its windows and its files.`, "", "", "Delete", async () => {
      await tb.panes.edit({ action: "delete", environment });
      tb.view.set({ pane_environments: null });
    });
  }

  /** Fill the options: `board` is the one shown, null where there are several or none. */
  function render(board = tb.panes.board?.()) {
    const place = document.getElementById("panes-manage");
    if (!place) return;
    const environment = one();
    const { reason } = tb.panes.state;
    const mayWrite = tb.panes.mayChange(environment);
    if (environment !== null && known.environment !== environment) {
      known = { environment, mine: {}, shared: {} };
      learn();
    }
    const state = JSON.stringify([environment, mayWrite, known, Boolean(board), reason]);
    if (state === shown) return;
    shown = state;
    const line = (words, ...parts) => make("div", { class: "option" }, make("span", { class: "quiet", text: words }), ...parts);
    const places = board ? [select(board), mayWrite ? button("save…", "Save this arrangement for everybody", () => saveArrangement(board)) : null, mayWrite && Object.keys(known.mine).length ? button("delete…", "Delete saved arrangements", deleteArrangement) : null] : [make("span", { class: "quiet", text: "of one environment at a time" })];
    const whole = mayWrite ? [button("copy…", "Copy all windows into another environment", () => fork(environment)), button("close all…", "Close all windows", () => clear(environment)), button("delete…", "Delete this environment", () => remove(environment))] : [make("span", { class: "quiet", text: environment === null ? "choose one to change it" : reason || "This environment is only read here." })];
    place.replaceChildren(line("arrangement", ...places.filter(Boolean)), line("environment", ...whole));
  }

  tb.paneManage = { render };
})(window.tailboard);
