/* One dialog at a time, over a dimmed page; Esc or a click beside it closes it and gives the focus back. */
(function (tb) {
  "use strict";
  const { make } = tb;
  let before = null; // what had the focus

  tb.dialog = function (title, ...content) {
    const open = document.querySelector(".dialog");
    tb.closeDialog();
    if (open && open.getAttribute("aria-label") === title) return;
    before = document.activeElement;
    const dialog = make(
      "div",
      { class: "dialog", role: "dialog", "aria-modal": "true", "aria-label": title, tabindex: "-1" },
      make("h2", { text: title }),
      ...content,
    );
    document.body.append(make("div", { class: "backdrop", "data-act": "close-dialog" }), dialog);
    dialog.focus();
  };

  tb.closeDialog = function () {
    document.querySelectorAll(".dialog, .backdrop").forEach((element) => element.remove());
    before?.focus?.();
    before = null;
  };

  tb.actions["close-dialog"] = tb.closeDialog;
})(window.tailboard);
