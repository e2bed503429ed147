/* One item over the whole page: leaf through steps, runs and the items of one call; zoom and pan a picture.
   What is enlarged is in the view, so a link to it opens it.

   A drawer whose items are no pictures has `large(item)`: null where this one is a picture after all, else a function
   `make(box, leaf)` that returns an object with `show(item, width, height)` and `drop()`, and where it has keys of its
   own, `keys`: {key: act}. `leaf(by)` goes to another item of the call. It is kept while the function stays the same. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const MOST_ZOOM = 64;
  const KEY_ZOOM = 1.25;
  const MOVES = /^(Arrow|Home$|End$)/; // keys that a slider under the focus takes
  const TOLD_PX = 14; // from the pointer to what is told there
  let shown = null; // {dialog, stage, image, large, parts...} while open
  let zoom = { scale: 1, x: 0, y: 0 }; // x, y: of the picture's middle from the stage's, in pixels

  function target() {
    try {
      const [run, tag, place] = JSON.parse(tb.view.get().image_open);
      return { run, tag, place };
    } catch (nothing) {
      return null;
    }
  }

  const set = (run, tag, place) => tb.view.set({ image_open: JSON.stringify([run, tag, place]) });
  const close = () => tb.view.set({ image_open: "" });

  const button = (act, words, hint) => make("button", { class: "button", type: "button", "data-enlarged": act, title: hint, "aria-label": hint, text: words });

  function build(tag) {
    const stage = make("div", { class: "stage" });
    const image = make("img", { class: "stage-image", alt: "", draggable: "false" });
    const name = make("span", { class: "enlarged-name" });
    const note = make("span", { class: "quiet" });
    const place = make("span", { class: "enlarged-place" });
    const items = make("span", { class: "row" }, make("span", { class: "quiet", text: "item" }), button("item-before", "‹", "Item before (,)"), place, button("item-after", "›", "Next item (.)"));
    const runs = make("span", { class: "row" }, make("span", { class: "quiet", text: "run" }), button("run-before", "↑", "Run before (↑)"), button("run-after", "↓", "Next run (↓)"));
    const zooms = make("span", { class: "row" }, button("zoom-out", "−", "Smaller (−)"), button("zoom-fit", "fit", "Fit (0)"), button("zoom-in", "+", "Larger (+)"));
    const file = make("a", { class: "button", target: "_blank", rel: "noopener", text: "file", title: "Open the file as it was logged" });
    const other = make("a", { class: "button", target: "_blank", rel: "noopener" });
    const data = make("a", { class: "button", target: "_blank", rel: "noopener", text: "data", title: "Boxes and masks as they were logged, as JSON" });
    const stepper = new tb.steps.Stepper(tb.steps.owner(tag));
    const caption = make("p", { class: "stage-caption" });
    const words = make("p", { class: "cell-words" });
    const end = make("button", { class: "button", type: "button", "data-enlarged": "close", text: "close", title: "Back (Esc)" });
    const head = make("header", {}, name, make("span", { class: "quiet", text: tag }), note, make("span", { class: "spring" }), runs, items, zooms, data, other, file, end);
    const dialog = make("div", { class: "enlarged-picture", role: "dialog", "aria-modal": "true", "aria-label": `${tag}, enlarged`, tabindex: "-1" }, head, stage, caption, make("footer", {}, stepper.element));
    const overlay = new tb.Overlay(true);
    const panel = new tb.OverlayPanel();
    const told = make("p", { class: "overlay-told", hidden: "" });
    stage.append(image, overlay.element, told, words);
    head.after(panel.element);
    return { dialog, stage, image, overlay, panel, told, data, other, name, note, place, items, zooms, file, stepper, caption, words, tag, makeLarge: null, large: null, before: document.activeElement };
  }

  function show() {
    const at = target();
    const entry = at && tb.gallery.entry(at.tag);
    if (!entry || !tb.live.runs.has(at.run) || tb.view.get().page !== "images") return hide();
    if (!shown || shown.tag !== at.tag) {
      hide();
      shown = build(at.tag);
      document.body.append(shown.dialog);
      listen(shown.stage);
      shown.image.addEventListener("load", lay);
      shown.image.addEventListener("error", () => {
        shown.image.hidden = true;
        shown.words.textContent = "This picture could not be loaded: its file is missing or no picture.";
      });
      shown.dialog.focus();
      zoom = { scale: 1, x: 0, y: 0 };
    }
    fill(at);
  }

  function hide() {
    if (!shown) return;
    shown.stepper.drop();
    shown.large?.drop();
    shown.dialog.remove();
    if (shown.before?.isConnected) shown.before.focus();
    shown = null;
  }

  function fill({ run, tag, place }) {
    const list = tb.media.want(run, tag);
    const wanted = tb.steps.chosen(tag);
    const { step, items } = tb.media.at(list, wanted);
    const item = items[Math.min(place, items.length - 1)];
    shown.stepper.show();
    shown.dialog.style.setProperty("--run", tb.runs.colour(tb.live.runs.get(run)));
    shown.name.replaceChildren(tb.runs.swatch(tb.live.runs.get(run)), tb.runs.title(run));
    shown.note.textContent = tb.cellNote(wanted, step);
    shown.items.hidden = items.length < 2;
    shown.place.textContent = `${Math.min(place, items.length - 1) + 1} of ${items.length}`;
    shown.caption.textContent = item?.caption || "";
    shown.words.textContent = item ? "" : list.error || (list.loaded ? "Nothing logged up to this step." : "");
    const makeLarge = item ? tb.drawers[tb.known.kinds[item.kind].panel].large?.(item) : null;
    enlargeBy(makeLarge || null);
    shown.image.hidden = !item || Boolean(makeLarge);
    shown.zooms.hidden = shown.image.hidden;
    shown.item = item;
    showOverlays(makeLarge ? null : item, run, tag);
    shown.file.hidden = !item?.src;
    showOther(item);
    if (!item) return;
    if (item.src) shown.file.href = item.src;
    const src = item.parts?.svg || item.src; // of a figure kept both ways the one that is crisp at any size
    shown.image.classList.toggle("drawing", item.media_type === "image/svg+xml" || src !== item.src);
    if (makeLarge) shown.large.show(item, shown.stage.clientWidth, shown.stage.clientHeight);
    else if (shown.image.getAttribute("src") !== src) shown.image.src = src;
    else lay();
  }

  /* A Matplotlib figure is kept as SVG and as PNG: `file` is one of them, this the other. */
  function showOther(item) {
    const form = ["svg", "png"].find((name) => item?.kind === "figure" && item.parts?.[name]);
    shown.other.hidden = !form;
    if (!form) return;
    shown.other.href = item.parts[form];
    shown.other.textContent = form.toUpperCase();
    shown.other.title = `Open the figure as ${form.toUpperCase()}`;
  }

  function showOverlays(item, run, tag) {
    const has = tb.hasOverlays(item);
    shown.panel.show(item);
    shown.data.hidden = shown.overlay.element.hidden = !has;
    shown.told.hidden = true;
    if (has) shown.data.href = `${tb.known.prefix}api/v1/media/content?${new URLSearchParams({ run, tag, at: item.at })}`;
  }

  /* What the boxes and masks under the pointer are. */
  function tell(event) {
    const { item, image, told, stage, overlay } = shown;
    const frame = image.getBoundingClientRect();
    const natural = [image.naturalWidth, image.naturalHeight];
    const at = [((event.clientX - frame.left) / frame.width) * natural[0], ((event.clientY - frame.top) / frame.height) * natural[1]];
    const found = overlay.element.hidden || !natural[0] ? [] : tb.overlaysAt(item, natural, ...at);
    told.hidden = !found.length;
    if (!found.length) return;
    told.replaceChildren(...found.map(({ name, words }) => {
      const line = make("span", { text: words });
      line.style.setProperty("--class", tb.classes.colour(name));
      return line;
    }));
    const room = stage.getBoundingClientRect();
    const left = Math.min(event.clientX - room.left + TOLD_PX, room.width - told.offsetWidth);
    const top = Math.min(event.clientY - room.top + TOLD_PX, room.height - told.offsetHeight);
    Object.assign(told.style, { left: `${left}px`, top: `${top}px` });
  }

  /* What shows this item instead of the picture; null for none. */
  function enlargeBy(makeLarge) {
    if (shown.makeLarge === makeLarge) return;
    shown.large?.drop();
    shown.stage.querySelector(".stage-large")?.remove();
    shown.makeLarge = makeLarge;
    shown.large = null;
    if (!makeLarge) return;
    const box = make("div", { class: "stage-large" });
    shown.stage.append(box);
    shown.large = makeLarge(box, otherItem);
  }

  /* The picture fits the stage at scale 1, small ones enlarged; zoom and pan stay when another one comes. */
  function lay() {
    if (!shown || shown.image.hidden || !shown.image.naturalWidth) return;
    const { stage, image } = shown;
    const fit = Math.min(stage.clientWidth / image.naturalWidth, stage.clientHeight / image.naturalHeight);
    const scale = fit * zoom.scale;
    image.style.width = `${image.naturalWidth * scale}px`;
    image.style.height = `${image.naturalHeight * scale}px`;
    image.style.transform = `translate(calc(-50% + ${zoom.x}px), calc(-50% + ${zoom.y}px))`;
    tb.sharpen(image);
    if (shown.overlay.element.hidden) return;
    shown.overlay.element.style.transform = image.style.transform;
    shown.overlay.show(shown.item, [image.naturalWidth, image.naturalHeight], image.naturalWidth * scale, image.naturalHeight * scale);
  }

  /** Zoom by a factor, keeping the point that lies `x`, `y` pixels from the stage's middle where it is. */
  function zoomBy(factor, x = 0, y = 0) {
    const scale = Math.min(MOST_ZOOM, Math.max(0.1, zoom.scale * factor));
    const by = scale / zoom.scale;
    zoom = { scale, x: x - (x - zoom.x) * by, y: y - (y - zoom.y) * by };
    lay();
  }

  function fit() {
    zoom = { scale: 1, x: 0, y: 0 };
    lay();
  }

  function listen(stage) {
    const own = (event) => !event.target.closest(".stage-large");
    stage.addEventListener("wheel", (event) => {
      if (!own(event)) return;
      event.preventDefault();
      const box = stage.getBoundingClientRect();
      const middle = [box.left + box.width / 2, box.top + box.height / 2];
      zoomBy(2 ** (-event.deltaY / 300), event.clientX - middle[0], event.clientY - middle[1]);
    }, { passive: false });
    stage.addEventListener("pointermove", tell);
    stage.addEventListener("pointerleave", () => (shown.told.hidden = true));
    stage.addEventListener("dblclick", (event) => own(event) && fit());
    stage.addEventListener("pointerdown", (event) => {
      if (!own(event) || event.button !== 0) return;
      stage.setPointerCapture(event.pointerId);
      const start = { ...zoom, px: event.clientX, py: event.clientY };
      stage.onpointermove = (move) => {
        zoom = { ...zoom, x: start.x + move.clientX - start.px, y: start.y + move.clientY - start.py };
        lay();
      };
      stage.onpointerup = stage.onpointercancel = () => (stage.onpointermove = null);
    });
  }

  /* Runs in the order of the columns, those that logged this tag. */
  function otherRun(by) {
    const at = target();
    const { runs } = tb.gallery.entry(at.tag);
    const order = tb.gallery.columns().filter((id) => runs.includes(id));
    const next = order[(order.indexOf(at.run) + by + order.length) % order.length];
    set(next, at.tag, at.place);
  }

  function otherItem(by) {
    const { run, tag, place } = target();
    const { items } = tb.media.at(tb.media.list(run, tag), tb.steps.chosen(tag));
    const now = Math.min(place, items.length - 1);
    if (items.length) set(run, tag, (now + by + items.length) % items.length);
  }

  const ACTS = {
    close,
    "item-before": () => otherItem(-1),
    "item-after": () => otherItem(1),
    "run-before": () => otherRun(-1),
    "run-after": () => otherRun(1),
    "zoom-in": () => zoomBy(KEY_ZOOM),
    "zoom-out": () => zoomBy(1 / KEY_ZOOM),
    "zoom-fit": fit,
  };
  const step = (by) => () => tb.steps.go(tb.steps.owner(shown.tag), by);
  const end = (place) => () => tb.steps.goTo(tb.steps.owner(shown.tag), place);
  const KEYS = {
    Escape: close,
    ArrowLeft: step(-1),
    ArrowRight: step(1),
    Home: end(0),
    End: end(Infinity),
    ArrowUp: ACTS["run-before"],
    ArrowDown: ACTS["run-after"],
    ",": ACTS["item-before"],
    ".": ACTS["item-after"],
    "+": ACTS["zoom-in"],
    "=": ACTS["zoom-in"],
    "-": ACTS["zoom-out"],
    0: fit,
    ...tb.overlayKeys,
  };

  document.addEventListener("click", (event) => {
    const act = event.target.closest?.("[data-enlarged]")?.dataset.enlarged;
    if (act) ACTS[act]();
  });
  /* Before all other keys of the app: while this is open they mean this. */
  document.addEventListener(
    "keydown",
    (event) => {
      if (!shown) return;
      if (event.key === "Tab") return keepInside(event);
      if (event.target.closest("[data-own-keys]") && event.key !== "Escape") return undefined; // what is drawn there has keys of its own
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const typing = event.target.matches("input:not([type=range]), select, textarea") && event.key !== "Escape";
      if (typing || (MOVES.test(event.key) && event.target.matches("input[type=range]"))) return event.stopPropagation();
      if (MOVES.test(event.key) && event.target.matches("[role=slider]")) return undefined; // it moves itself
      const pressing = event.key === "Enter" || event.key === " ";
      if (pressing && event.target.matches("button, a, [role=slider]")) return undefined;
      const act = shown.large?.keys?.[event.key] ?? KEYS[event.key];
      if (!act) return pressing ? undefined : event.stopPropagation();
      event.preventDefault();
      event.stopPropagation();
      tb.steps.stop();
      return act();
    },
    true,
  );

  function keepInside(event) {
    const stops = [...shown.dialog.querySelectorAll("button, a[href], input, select, textarea, [tabindex='0']")].filter((element) => element.offsetParent && !element.disabled);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge && shown.dialog.contains(document.activeElement)) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }

  tb.view.onChange((view, changed) => changed.includes("page") && view.page !== "images" && hide());
  addEventListener("resize", () => shown && show());
  tb.keys.extra.push(["↑ ↓ , .", "enlarged image: run before and next, item before and next; + − 0: zoom, fit"]);
  tb.enlarged = { open: set, show, target };
})(window.tailboard);
