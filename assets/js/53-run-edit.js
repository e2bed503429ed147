/* What a person says of a run: name, notes and colour, where the app was started with --write; and which column of a
   table holds the steps. All of it is kept by the server beside the logs and seen by everybody. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const LINES = 32; // eight colours in four dash patterns
  const drafts = new Map(); // run id -> form, while it is open

  function button(id) {
    if (!tb.known.write) return "";
    return make("button", { type: "button", class: "button", "data-act": "run-edit", "data-run": id, text: "edit", title: "Change name, notes and colour" });
  }

  /** Show the form of this run where one is open. */
  function lay(id) {
    const place = document.getElementById("run-edit");
    const form = drafts.get(id)?.form;
    place.hidden = !form;
    if (form && place.firstChild !== form) place.replaceChildren(form);
  }

  async function open(id) {
    if (!drafts.has(id)) {
      try {
        drafts.set(id, build(await tb.wire.get("run?run=" + encodeURIComponent(id))));
      } catch (failure) {
        return tb.toast(failure.message);
      }
    }
    lay(id);
    return drafts.get(id).form.querySelector("textarea").focus();
  }

  function build(run) {
    const { edits } = run;
    const name = make("input", { type: "text", maxlength: 200, autocomplete: "off", value: edits.name ?? "", placeholder: run.id.split("/").at(-1) });
    const notes = make("textarea", { rows: 8, maxlength: 100_000, placeholder: "Markdown: what was tried, and what came of it" });
    notes.value = run.notes;
    const error = make("p", { class: "form-error", role: "alert" });
    const form = make(
      "form",
      { class: "card wide run-form", "aria-label": `Change ${run.id}` },
      make("label", {}, make("span", { text: "Name" }), name),
      make("label", {}, make("span", { text: "Notes" }), notes),
      lines(edits.slot),
      make(
        "div",
        { class: "row" },
        make("button", { class: "button primary", text: "Save", title: "Ctrl+Enter" }),
        make("button", { class: "button", type: "button", "data-act": "run-edit-close", text: "Cancel" }),
        make("span", { class: "quiet", text: "Everybody sees it. It is kept beside the logs, which stay as they are; an empty field shows what the files say." }),
      ),
      error,
    );
    const draft = { run, form, name, notes, error, replaces: false };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save(draft);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(draft);
    });
    return draft;
  }

  /** All lines to choose from, and the one that the run was given by itself. */
  function lines(slot) {
    const choice = (value, ...shown) =>
      make("label", { class: "run-line-choice" }, make("input", { type: "radio", name: "slot", value, checked: String(slot ?? "") === value }), ...shown);
    const all = Array.from({ length: LINES }, (_, place) => {
      const label = choice(String(place), tb.runs.swatch({ slot: place }));
      label.firstChild.setAttribute("aria-label", `Line ${place + 1}`);
      return label;
    });
    return make("fieldset", {}, make("legend", { text: "Line" }), choice("", make("span", { text: "automatic" })), make("div", { class: "run-lines" }, ...all));
  }

  function changesOf({ run, form, name, notes }) {
    const changes = {};
    const line = new FormData(form).get("slot");
    if (name.value.trim() !== (run.edits.name ?? "")) changes.name = name.value;
    if (notes.value !== run.notes) changes.notes = notes.value;
    if (line !== String(run.edits.slot ?? "")) changes.slot = line === "" ? null : Number(line);
    return changes;
  }

  const isChanged = (draft) => Object.keys(changesOf(draft)).length > 0;

  async function save(draft) {
    const { run, error } = draft;
    const changes = changesOf(draft);
    if (!Object.keys(changes).length) return close(run.id);
    // Notes that somebody else wrote meanwhile are not replaced unseen.
    const was = "notes" in changes && !draft.replaces ? { notes: run.notes } : {};
    try {
      await tb.wire.post("edit", { run: run.id, ...changes, was });
    } catch (failure) {
      draft.replaces = failure.status === 409;
      error.textContent = failure.message + (draft.replaces ? " The page below shows it. Save again to replace it." : "");
      return undefined;
    }
    close(run.id);
    tb.toast("Saved.");
    return tb.live.ask();
  }

  function close(id) {
    drafts.delete(id);
    lay(id);
    document.querySelector('[data-act="run-edit"]')?.focus();
  }

  Object.assign(tb.actions, {
    "run-edit": (pressed) => open(pressed.dataset.run),
    "run-edit-close": () => close(tb.runPage.wanted()[0]),
  });
  addEventListener("beforeunload", (event) => [...drafts.values()].some(isChanged) && event.preventDefault());

  /* --- the column that holds the steps: the server says which there are, in the run's body --- */
  const ROWS = "the number of the row";

  function laySteps() {
    for (const place of document.querySelectorAll("#run-body .run-steps")) {
      if (place.dataset.laid === place.dataset.steps) continue;
      place.dataset.laid = place.dataset.steps;
      const { of, columns, chosen } = JSON.parse(place.dataset.steps);
      const words = of || ROWS;
      const label = make("span", { class: "quiet", text: "Steps are" });
      place.replaceChildren(label, tb.known.steps ? picker(place.dataset.run, words, columns, chosen) : make("span", { text: words }));
    }
  }

  function picker(run, words, columns, chosen) {
    const options = [...columns.map((name) => [name, name]), ["", ROWS]];
    const select = make("select", { class: "button", "aria-label": "Column that holds the steps" });
    if (chosen === null) select.append(make("option", { value: "-", text: `${words} (automatic)` }));
    else select.append(make("option", { value: "-", text: "automatic: known by its name" }));
    for (const [value, text] of options) select.append(make("option", { value: "=" + value, text, selected: value === chosen }));
    select.addEventListener("change", () => chooseSteps(run, select.value === "-" ? null : select.value.slice(1), select));
    return select;
  }

  async function chooseSteps(run, column, select) {
    select.disabled = true;
    try {
      await tb.wire.post("edit", { run, step_column: column });
      tb.toast("Read again with these steps, for everybody.");
      tb.live.ask();
    } catch (failure) {
      tb.toast(failure.message);
    }
    select.disabled = false;
  }

  tb.runEdit = { button, lay, laySteps };
})(window.tailboard);
