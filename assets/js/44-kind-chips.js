/* Which kind the media page shows: a chip for each that the picked runs logged, and how to log one. */
(function (tb) {
  "use strict";
  const { make } = tb;

  const onPage = () => Object.values(tb.known.kinds).filter((kind) => kind.page === "images");

  /** Show a chip for each of these kinds and for all; none where there is nothing to choose. */
  function show(place, logged) {
    const { media_kind: chosen } = tb.view.get();
    const kinds = onPage().filter(({ name }) => logged.has(name) || name === chosen);
    const key = kinds.map(({ name }) => name).join();
    place.hidden = kinds.length < 2 && !chosen;
    if (place.dataset.key !== key) {
      place.dataset.key = key;
      place.replaceChildren(...[{ name: "", title: "All" }, ...kinds].map(chip));
    }
    for (const element of place.children) element.setAttribute("aria-pressed", String(element.dataset.kind === chosen));
  }

  function chip({ name, title }) {
    const hint = name ? `Show ${title.toLowerCase()} only` : "Show all kinds";
    return make("button", { class: "toggle", type: "button", "data-act": "media-kind", "data-kind": name, title: hint, text: title });
  }

  /** What to say where the picked runs logged none: how to log this kind, or any. */
  function howToLog(kind) {
    const kinds = onPage().filter(({ name, example }) => example && (!kind || name === kind));
    const what = kind ? (tb.known.kinds[kind]?.title ?? kind).toLowerCase() : "media";
    return tb.nothing.logged(`The picked runs have logged no ${what}`, "One line logs some; they appear here by themselves:", ...kinds.map(({ example }) => example));
  }

  tb.actions["media-kind"] = (button) => tb.view.set({ media_kind: button.dataset.kind });
  tb.kindChips = { show, howToLog };
})(window.tailboard);
