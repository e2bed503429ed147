/* The controls of boxes and masks, in the page's bar and above an enlarged picture: there where something has some. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const FIELDS = ["boxes", "box_score", "masks", "mask_opacity", "overlay_off"];
  const SETS = ["page", "runs", "image_tags", "media_kind"];
  let shown = "";
  let frame = 0;

  /* Of pictures: those that the page shows, or all tags of them. */
  function lists(tags = tb.gallery.entries()) {
    const entries = tags.filter((entry) => entry.kind === "image");
    return entries.flatMap(({ tag, runs }) => runs.filter((run) => tb.live.runs.has(run)).map((run) => tb.media.list(run, tag)));
  }

  function render() {
    frame = 0;
    const place = document.getElementById("overlay-controls");
    if (!place || tb.view.get().page !== "images") return;
    const recoloured = tb.classes.colourAll(lists(tb.live.tags()));
    const found = tb.classes.of(lists());
    place.hidden = !found.boxes && !found.masks;
    tb.options.answer(place, found);
    const { mask_opacity: opacity, box_score: score, overlay_off: off } = tb.view.get();
    document.documentElement.style.setProperty("--mask-opacity", String(opacity));
    document.getElementById("box-score-words").textContent = score.toFixed(2);
    const wanted = JSON.stringify([found.names, off]);
    if (recoloured) tb.gallery.later();
    if (wanted === shown && !recoloured) return;
    shown = wanted;
    showClasses(document.getElementById("overlay-classes"), found.names, off);
  }

  function showClasses(place, names, off) {
    const focused = document.activeElement?.dataset?.class;
    const chips = names.map((name) => {
      const on = !off.includes(name);
      const chip = make("button", { class: "toggle overlay-chip", type: "button", "data-class": name, "aria-pressed": String(on), text: name, title: `Show or hide ${name}` });
      chip.style.setProperty("--class", tb.classes.colour(name));
      return chip;
    });
    const all = make("button", { class: "button", type: "button", "data-class-all": "", text: off.length ? "all" : "none", title: off.length ? "Show all classes" : "Hide all classes" });
    place.replaceChildren(...chips, ...(names.length > 2 ? [all] : []));
    if (focused !== undefined) chips.find((chip) => chip.dataset.class === focused)?.focus();
  }

  /* How the boxes of a group are drawn. */
  function line(dash) {
    const span = make("span", { class: "swatch", "aria-hidden": "true" });
    span.innerHTML = `<svg width="22" height="12"><line x1="1" y1="6" x2="21" y2="6" stroke-dasharray="${dash}"></line></svg>`;
    return span;
  }

  /** The same controls for one picture that covers the page. */
  class OverlayPanel {
    constructor() {
      const flag = (field) => make("button", { class: "toggle", type: "button", "data-act": "toggle", "data-field": field, text: field });
      const range = (field, label, low) => make("input", { type: "range", min: low, max: 1, step: 0.01, "aria-label": label, title: label, "data-range": field });
      this.boxes = make("span", { class: "row" }, flag("boxes"), range("box_score", "Least score of a box", 0), (this.score = make("span", { class: "overlay-words quiet" })));
      this.masks = make("span", { class: "row" }, flag("masks"), range("mask_opacity", "Opacity of masks", 0.05));
      this.classes = make("span", { class: "overlay-classes" });
      this.groups = make("span", { class: "row quiet" });
      this.element = make("div", { class: "overlay-panel" }, this.boxes, this.groups, this.masks, this.classes);
      this.element.addEventListener("input", ({ target }) => target.dataset.range && tb.view.set({ [target.dataset.range]: Number(target.value) }));
    }

    show(item) {
      this.element.hidden = !tb.hasOverlays(item);
      if (this.element.hidden) return;
      const view = tb.view.get();
      this.boxes.hidden = !item.meta.boxes?.length;
      this.masks.hidden = !item.meta.masks?.length;
      this.score.textContent = `score ≥ ${view.box_score.toFixed(2)}`;
      for (const flag of this.element.querySelectorAll("[data-field]")) flag.setAttribute("aria-pressed", String(view[flag.dataset.field]));
      for (const range of this.element.querySelectorAll("[data-range]")) range.value = view[range.dataset.range];
      this.groups.replaceChildren();
      for (const [group, dash] of this.boxes.hidden ? [] : tb.groupDashes(item)) if (group) this.groups.append(line(dash), group);
      const { names } = tb.classes.of(lists());
      const wanted = JSON.stringify([names, view.overlay_off, tb.classes.signature()]);
      if (wanted !== this.shown) showClasses(this.classes, names, view.overlay_off);
      this.shown = wanted;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".overlay-classes button");
    if (!button) return;
    const { overlay_off: off } = tb.view.get();
    const name = button.dataset.class;
    if (name === undefined) tb.view.set({ overlay_off: off.length ? [] : tb.classes.of(lists()).names });
    else tb.view.set({ overlay_off: off.includes(name) ? off.filter((other) => other !== name) : [...off, name] });
  });

  function later() {
    if (!frame) frame = requestAnimationFrame(render);
  }

  tb.view.onChange((view, changed) => {
    if (changed.some((name) => SETS.includes(name))) later();
    if (!changed.some((name) => FIELDS.includes(name))) return;
    later();
    tb.gallery.later();
  });
  /* Where a letter means boxes or masks: wherever something has some. */
  tb.overlayKeys = {
    b: () => tb.view.set({ boxes: !tb.view.get().boxes }),
    m: () => tb.view.set({ masks: !tb.view.get().masks }),
  };
  document.addEventListener("keydown", (event) => {
    const act = tb.overlayKeys[event.key];
    if (!act || tb.view.get().page !== "images" || tb.keys.isTyped(event)) return;
    if (document.getElementById("overlay-controls").hidden || document.querySelector(".dialog")) return;
    act();
  });
  tb.keys.extra.push(["b m", "media: boxes, masks above pictures, on and off"]);

  tb.OverlayPanel = OverlayPanel;
  tb.showOverlayBar = later;
  tb.live.on("tags", later);
  tb.media.onList(later);
})(window.tailboard);
