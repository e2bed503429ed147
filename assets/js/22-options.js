/* Bars hold what is often changed; the rest is in a small panel below their "options" button. */
(function (tb) {
  "use strict";
  const KEY = ",";

  const openPanel = () => document.querySelector(".page:not([hidden]) .options:not([hidden])");
  const buttonOf = (panel) => panel.parentElement.querySelector('[data-act="options"]');

  function show(panel, on) {
    panel.hidden = !on;
    buttonOf(panel).setAttribute("aria-expanded", String(on));
  }

  /* Close the panel of this page, and give its button the focus where it was inside. Returns whether one was open. */
  function close() {
    const panel = openPanel();
    if (!panel) return false;
    const inside = panel.contains(document.activeElement);
    show(panel, false);
    if (inside) buttonOf(panel).focus();
    return true;
  }

  /* The fields of the view that the controls of a panel choose: buttons name theirs, Dash's ids hold it. */
  function fieldsOf(panel) {
    const named = [...panel.querySelectorAll(".toggle[data-field]")].map((button) => button.dataset.field);
    const chosen = [...panel.querySelectorAll('[id^=\'{"control"\']')].map((element) => JSON.parse(element.id).control);
    return [...new Set([...named, ...chosen])];
  }

  /* How many are not as they come, so that nothing is forgotten out of sight. */
  function count(panel) {
    const view = tb.view.get();
    const changed = fieldsOf(panel).filter((name) => JSON.stringify(view[name]) !== JSON.stringify(tb.known.fields[name].default)).length;
    const button = buttonOf(panel);
    button.textContent = changed ? `options ${changed}` : "options";
    button.title = changed ? `More settings of this page (${KEY}); ${changed} not as they come` : `More settings of this page (${KEY})`;
  }

  /** Show what answers to what is shown: each element with `data-for` whose word is true in `answers`. */
  function answer(place, answers) {
    for (const element of place.querySelectorAll("[data-for]")) element.hidden = !answers[element.dataset.for];
  }

  tb.actions.options = (button) => {
    const panel = button.parentElement.querySelector(".options");
    show(panel, panel.hidden);
  };
  document.addEventListener("pointerdown", (event) => {
    const panel = openPanel();
    if (panel && !panel.parentElement.contains(event.target)) show(panel, false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== KEY || tb.keys.isTyped(event)) return;
    const button = document.querySelector('.page:not([hidden]) [data-act="options"]');
    if (!button || document.querySelector(".dialog, .enlarged-picture")) return;
    event.preventDefault();
    button.click();
    button.focus();
  });
  /* Before all other keys of the app: Esc closes one thing at a time. */
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && !document.querySelector(".dialog, .enlarged-picture") && close()) event.stopPropagation();
    },
    true,
  );
  tb.keys.extra.push([KEY, "more settings of the page, where it has some"]);
  tb.view.onChange(() => document.querySelectorAll(".options").forEach(count));

  tb.options = { answer };
})(window.tailboard);
