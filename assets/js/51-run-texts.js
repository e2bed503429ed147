/* Texts that a run logged: Markdown, with a slider over their steps that stays at the latest until it is moved. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const texts = new Map(); // place -> {run, tag, step or null, ...}

  function lay() {
    const places = new Set(document.querySelectorAll("#run-body .run-text"));
    for (const place of texts.keys()) if (!places.has(place)) texts.delete(place);
    for (const place of places) {
      const { run, tag } = place.dataset;
      const known = texts.get(place);
      if (known && known.run === run && known.tag === tag) continue;
      texts.set(place, build(place, run, tag));
      show(texts.get(place));
    }
  }

  function build(place, run, tag) {
    const slider = make("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": `Step of ${tag}` });
    const words = make("output", { class: "steps-words" });
    const text = { run, tag, slider, words, step: null, shown: null };
    slider.addEventListener("input", () => {
      const { steps } = tb.media.list(run, tag);
      const at = Number(slider.value);
      text.step = at >= steps.length - 1 ? null : steps[at];
      show(text);
    });
    place.replaceChildren(make("div", { class: "steps" }, slider, words));
    return text;
  }

  async function show(text) {
    const list = tb.media.want(text.run, text.tag);
    const { step, items } = tb.media.at(list, text.step);
    const place = list.steps.indexOf(step);
    text.slider.max = Math.max(0, list.steps.length - 1);
    text.slider.value = place;
    text.slider.disabled = list.steps.length < 2;
    text.slider.hidden = list.steps.length < 2;
    text.words.textContent = step === null ? list.error : `step ${format.integer(step)}${list.steps.length > 1 ? `  ${place + 1} of ${list.steps.length}` : ""}`;
    if (!items.length || text.shown === items) return;
    text.shown = items;
    const children = (await Promise.all(items.map(read))).join("\n\n---\n\n");
    if (text.shown === items) dash_clientside.set_props({ text: text.tag }, { children });
  }

  async function read(item) {
    if (item.text !== undefined && item.text !== null) return item.text;
    const answer = await fetch(item.src);
    return answer.ok ? answer.text() : `*This text could not be read: the server answered ${answer.status}.*`;
  }

  const showAll = () => tb.runPage.onPage() && texts.forEach(show);
  tb.media.onList((list) => {
    if (tb.runPage.onPage()) for (const text of texts.values()) if (text.run === list.run && text.tag === list.tag) show(text);
  });
  tb.live.on("runs", showAll);
  tb.runTexts = { lay };
})(window.tailboard);
