/* Compares texts: what a text is compared with is chosen per tag and kept in the view; lines and words that differ
   carry + and −, so that colour is not the only sign. Lines and words are matched by jsdiff. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const CONTEXT_LINES = 3; // equal lines that stay around a difference
  const MOST_LINE_EDITS = 4_000; // beyond, two texts are called different and not matched
  const MOST_WORD_EDITS = 1_500;
  const LIKE = 0.3; // share of equal letters from which on words are marked: in other lines they are noise

  /* --- what to compare with: the view holds [tag, how, what] as JSON for each tag that is compared --- */

  /** `{how: "previous" | "first" | "step" | "run", what}` for a tag, or null. */
  function of(tag) {
    for (const text of tb.view.get().text_diffs) {
      const [named, how, what] = parsed(text);
      if (named === tag) return { how, what };
    }
    return null;
  }

  function parsed(text) {
    try {
      const entry = JSON.parse(text);
      return Array.isArray(entry) ? entry : [];
    } catch (broken) {
      return [];
    }
  }

  function choose(tag, how, what = null) {
    const others = tb.view.get().text_diffs.filter((text) => parsed(text)[0] !== tag);
    tb.view.set({ text_diffs: how ? [...others, JSON.stringify([tag, how, what])] : others });
  }

  /**
   * What the text of `run` at its `step` is compared with: `{words, items}`; without items where there is nothing to
   * compare with, which the words say. Null where nothing is compared.
   */
  function other(run, tag, step) {
    const chosen = of(tag);
    if (!chosen) return null;
    if (chosen.how === "run") return otherRun(run, tag, step, chosen.what);
    const list = tb.media.list(run, tag);
    const place = chosen.how === "first" ? 0 : chosen.how === "step" ? tb.media.placeAt(list.steps, chosen.what) : tb.media.placeAt(list.steps, step) - 1;
    const against = list.steps[place];
    if (against === undefined) return { words: chosen.how === "previous" ? "The first step: there is none before it to compare with." : `Nothing up to step ${format.integer(chosen.what)} to compare with.` };
    if (against === step) return { words: "This is the step that is compared with." };
    return { words: `step ${format.integer(against)}`, items: list.groups.get(against) };
  }

  function otherRun(run, tag, step, id) {
    if (id === run) return { words: "This is the run that is compared with." };
    if (!tb.live.runs.has(id)) return { words: `The run ${id}, which is compared with, is not there.` };
    const { step: against, items } = tb.media.at(tb.media.want(id, tag), step);
    if (!items.length) return { words: `${tb.runs.title(id)} has nothing up to this step to compare with.` };
    return { words: `${tb.runs.title(id)} at step ${format.integer(against)}`, items };
  }

  /* --- the control in a section's head --- */
  function chooser(section) {
    const select = make("select", { class: "select", "aria-label": `Compare the texts of ${section.tag} with`, title: "Mark what differs from another step or run" });
    const number = make("input", { class: "number-input", type: "number", step: 1, "aria-label": "Step to compare with", hidden: "" });
    select.addEventListener("change", () => {
      const [how, what] = JSON.parse(select.value);
      choose(section.tag, how, how === "step" ? firstStep(section) : what);
    });
    number.addEventListener("change", () => number.value !== "" && choose(section.tag, "step", Math.round(number.valueAsNumber)));
    return { element: make("span", { class: "row" }, select, number), show: () => showChooser(section, select, number) };
  }

  const firstStep = (section) => Math.min(...section.lists().flatMap((list) => list.steps.slice(0, 1)), Number.MAX_SAFE_INTEGER);

  function showChooser(section, select, number) {
    const chosen = of(section.tag);
    const runs = section.runs();
    const ids = chosen?.how === "run" && !runs.includes(chosen.what) ? [...runs, chosen.what] : runs;
    const options = [
      ["no comparison", null, null],
      ["with the step before", "previous", null],
      ["with the first step", "first", null],
      ["with step…", "step", null],
      ...(ids.length > 1 ? ids.map((id) => [`with ${tb.runs.title(id)}`, "run", id]) : []),
    ];
    const key = JSON.stringify(options);
    if (select.dataset.key !== key) {
      select.dataset.key = key;
      select.replaceChildren(...options.map(([text, how, what]) => make("option", { value: JSON.stringify([how, what]), text })));
    }
    select.value = JSON.stringify([chosen?.how ?? null, chosen?.how === "run" ? chosen.what : null]);
    number.hidden = chosen?.how !== "step";
    if (chosen?.how === "step" && document.activeElement !== number) number.value = chosen.what;
  }

  /* --- the difference --- */

  /** Rows of `{sign, parts: [{text, changed}]}` that lead from one text to another; sign is "+", "−" or " ". */
  function rowsOf(Diff, before, after) {
    const ended = (text) => (text === "" || text.endsWith("\n") ? text : text + "\n");
    const [from, to] = [ended(before), ended(after)];
    const chunks = Diff.diffLines(from, to, { maxEditLength: MOST_LINE_EDITS }) || [{ removed: true, value: from }, { added: true, value: to }];
    const rows = [];
    for (let i = 0; i < chunks.length; i += 1) {
      const { removed, added, value } = chunks[i];
      if (removed && chunks[i + 1]?.added) rows.push(...replaced(Diff, value, chunks[(i += 1)].value));
      else rows.push(...linesOf(added ? "+" : removed ? "−" : " ", [{ text: value, changed: false }]));
    }
    return rows;
  }

  function replaced(Diff, before, after) {
    const words = Diff.diffWordsWithSpace(before, after, { maxEditLength: MOST_WORD_EDITS });
    const same = words ? words.reduce((sum, part) => sum + (part.added || part.removed ? 0 : part.value.length), 0) : 0;
    if (same < LIKE * Math.max(before.length, after.length)) return [...linesOf("−", [{ text: before }]), ...linesOf("+", [{ text: after }])];
    const side = (skip, changed) => words.filter((part) => !part[skip]).map((part) => ({ text: part.value, changed: Boolean(part[changed]) }));
    return [...linesOf("−", side("added", "removed")), ...linesOf("+", side("removed", "added"))];
  }

  /* Parts that go over ends of lines, as rows of a line each. */
  function linesOf(sign, parts) {
    const rows = [[]];
    for (const { text, changed } of parts) {
      text.split("\n").forEach((line, i) => {
        if (i) rows.push([]);
        if (line) rows.at(-1).push({ text: line, changed });
      });
    }
    if (!rows.at(-1).length) rows.pop(); // behind the last end of a line
    return rows.map((row) => ({ sign, parts: row }));
  }

  const WORDS = { "+": "added", "−": "removed", " ": "same" };

  function rowElement({ sign, parts }) {
    const name = sign === "+" ? "ins" : "del";
    const text = parts.map((part) => (part.changed ? make(name, { text: part.text }) : part.text));
    return make("div", { class: `diff-row diff-${WORDS[sign]}-line` }, make("span", { class: "diff-sign", "aria-label": WORDS[sign], text: sign }), make("span", { class: "diff-line" }, ...text));
  }

  /* Long runs of equal lines are folded into a button that shows them. */
  function folded(rows) {
    const elements = [];
    for (let i = 0; i < rows.length; ) {
      let end = i;
      while (end < rows.length && rows[end].sign === " ") end += 1;
      if (end === i) {
        elements.push(rowElement(rows[i]));
        i += 1;
        continue;
      }
      const from = i === 0 ? i : i + CONTEXT_LINES;
      const to = end === rows.length ? end : end - CONTEXT_LINES;
      if (to - from > 2) elements.push(...rows.slice(i, from).map(rowElement), fold(rows.slice(from, to)), ...rows.slice(to, end).map(rowElement));
      else elements.push(...rows.slice(i, end).map(rowElement));
      i = end;
    }
    return elements;
  }

  function fold(rows) {
    const button = make("button", { class: "diff-fold", type: "button", text: `${format.integer(rows.length)} equal lines` });
    button.addEventListener("click", () => button.replaceWith(...rows.map(rowElement)));
    return button;
  }

  /** Promise of an element that shows how `after` differs from `before`, which `words` name. */
  async function element(before, after, words) {
    const rows = rowsOf(await tb.library("diff-9.0.0.min.js", "Diff"), before, after);
    const count = (sign) => rows.filter((row) => row.sign === sign).length;
    const changes = count("+") || count("−") ? `+${format.integer(count("+"))} −${format.integer(count("−"))} lines` : "no difference";
    return make("div", { class: "diff-view" }, make("p", { class: "quiet text-note", text: `${changes} against ${words}` }), ...folded(rows));
  }

  tb.comparing = { of, other, chooser, element, rowsOf };
})(window.tailboard);
