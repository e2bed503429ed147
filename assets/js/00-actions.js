/* Buttons carry `data-act="name"`; whoever answers adds a function of that name to `tailboard.actions`. */
(function (tb) {
  "use strict";
  const WRITTEN = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
  tb.keys = {
    extra: [], // keys that a page answers itself, for the list of all: [key, words]
    /** Whether a letter means itself there, or something to the browser. */
    isTyped: (event) => event.ctrlKey || event.metaKey || event.altKey || event.target.matches(WRITTEN),
  };
  tb.actions = {
    /** A flag of the view that a button switches. */
    toggle: (button) => tb.view.set({ [button.dataset.field]: !tb.view.get()[button.dataset.field] }),
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    const act = button && tb.actions[button.dataset.act];
    if (!act) return;
    event.preventDefault();
    act(button, event);
  });
})(window.tailboard);
