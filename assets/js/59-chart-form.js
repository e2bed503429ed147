/* The form that makes or changes a chart of several tags. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const { nameOf, tagsOf, isOurs, MOST_TAGS } = tb.customCharts;
  const SHOWN = 4; // names in the words on what it draws
  const EMPTY = { category: "", title: "", form: "multiline", tags: [] };

  const asText = ({ category, title, form, tags }) => JSON.stringify([category, title, form, ...tags]);
  const known = () => tb.live.tags().filter((entry) => entry.kind === "scalar").map((entry) => entry.tag);

  /** Open the form for a chart of a panel, or for a new one (null). */
  function open(spec) {
    const chart = spec ? spec.chart : EMPTY;
    const was = spec && isOurs(spec.source) ? { source: spec.source, chart } : null;
    const controls = controlsOf(chart);
    const error = make("p", { class: "form-error", role: "alert" });
    const draws = make("p", { class: "quiet", role: "status" });
    const form = make("form", { class: "chart-form" }, ...controls.elements, draws, buttons(was), error);
    const tell = () => (draws.textContent = wordsFor(controls.read()));
    const done = (fault) => {
      error.textContent = fault;
      if (!fault) tb.closeDialog();
    };
    form.addEventListener("input", tell);
    form.addEventListener("change", tell);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const made = controls.read();
      done(faultOf(made) || (await keep(made, event.submitter?.dataset.where || "own", was)));
    });
    form.addEventListener("click", async (event) => event.target.matches("[data-remove]") && done(await keep(null, was.source, was)));
    tb.dialog(was ? "Change the chart" : "A chart of several tags", form);
    tell();
    form.querySelector("input").focus();
  }

  function controlsOf(chart) {
    const title = make("input", { type: "text", maxlength: 200, autocomplete: "off", value: chart.title });
    const category = make("input", { type: "text", maxlength: 200, autocomplete: "off", value: chart.category, placeholder: "custom" });
    const option = (value, text) => make("option", { value, text });
    const form = make("select", { class: "button" }, option("multiline", "a line for each tag"), option("margin", "a line within a band: middle, low and high"));
    form.value = chart.form;
    const tags = make("textarea", { rows: 5, spellcheck: "false", placeholder: "train/loss\nval/.*" });
    tags.value = chart.tags.join("\n");
    const list = make("datalist", { id: "chart-tags" }, ...known().map((tag) => make("option", { value: tag })));
    const adder = make("input", { type: "text", list: "chart-tags", autocomplete: "off", placeholder: "find a tag to add" });
    adder.addEventListener("change", () => {
      tags.value = [...linesOf(tags), ...(adder.value ? [adder.value] : [])].join("\n");
      adder.value = "";
    });
    adder.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // adds the tag and sends nothing
      adder.dispatchEvent(new Event("change", { bubbles: true }));
    });
    const named = (words, control) => make("label", {}, make("span", { text: words }), control);
    return {
      elements: [
        named("Title", title),
        named("Section", category),
        named("Draws", form),
        named("Tags, one a line, or regular expressions that match them whole", tags),
        named("Add", adder),
        list,
      ],
      read: () => ({ category: category.value.trim() || "custom", title: title.value.trim(), form: form.value, tags: linesOf(tags) }),
    };
  }

  const linesOf = (area) => area.value.split("\n").map((line) => line.trim()).filter(Boolean);

  function wordsFor(chart) {
    const all = known();
    const found = tagsOf(chart, all);
    if (!found.length) return "None of the picked runs has logged such a tag yet.";
    const names = found.slice(0, SHOWN).join(", ") + (found.length > SHOWN ? ", …" : "");
    return `Draws ${format.integer(found.length)} of the ${format.integer(all.length)} tags of the picked runs: ${names}`;
  }

  function buttons(was) {
    const save = (words, where, kind, hint) => make("button", { class: `button ${kind}`, "data-where": where, text: words, title: hint });
    const mine = save("Keep in this view", "own", tb.known.write ? "" : "primary", "In the address of this page: a copied link shows it");
    const everybody = save("Save for everybody", "saved", "primary", "Whoever looks at these log folders sees it");
    const remove = make("button", { class: "button", type: "button", "data-remove": "", text: "Remove" });
    const cancel = make("button", { class: "button", type: "button", "data-act": "close-dialog", text: "Cancel" });
    return make("div", { class: "row" }, ...(tb.known.write ? [everybody] : []), mine, ...(was ? [remove] : []), cancel);
  }

  function faultOf({ title, form, tags }) {
    if (!title) return "A chart needs a title.";
    if (!tags.length) return "A chart needs one tag at least.";
    if (tags.length > MOST_TAGS) return `A chart has at most ${MOST_TAGS} tags or patterns; these are ${tags.length}.`;
    if (form === "margin" && tags.length !== 3) return `A band needs three tags, the middle, the low and the high; these are ${tags.length}.`;
    return "";
  }

  /** Put a chart (null: none) where it belongs, in place of the one it `was`. Returns what went wrong. */
  async function keep(made, where, was) {
    const replaced = [made, was?.chart].filter(Boolean).map(nameOf);
    const others = (charts) => charts.filter((chart) => !replaced.includes(nameOf(chart)));
    const saved = tb.customCharts.saved();
    if (where === "saved" || was?.source === "saved") {
      try {
        const charts = [...others(saved.charts), ...(made && where === "saved" ? [made] : [])];
        tb.customCharts.take(await tb.wire.post("charts", { charts, was: saved.revision }));
      } catch (failure) {
        if (failure.status === 409) await tb.customCharts.look();
        return failure.message;
      }
    }
    const mine = [...others(tb.customCharts.own()), ...(made && where === "own" ? [made] : [])];
    tb.view.set({ own_charts: mine.map(asText) });
    tb.live.ask();
    return "";
  }

  tb.actions["chart-new"] = () => open(null);
  tb.actions["chart-edit"] = (button) => open(tb.panels.of(button).spec);
})(window.tailboard);
