/* One run's part of a gallery: its name, the step that is shown, and the box that a drawer fills. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const NARROW_PX = 230; // below, the step goes under the run's name

  class Cell {
    constructor(run, tag, kind) {
      this.run = run;
      this.tag = tag;
      this.drawer = tb.drawers[tb.known.kinds[kind].panel];
      this.drawing = null;
      this.note = make("span", { class: "cell-note quiet" });
      const hint = "Enlarge: zoom, pan and leaf through";
      const enlarge = make("button", { class: "icon small icon-enlarge", type: "button", title: hint, "aria-label": `${hint}, ${run}` });
      enlarge.addEventListener("click", () => this.open(0));
      this.file = make("a", { class: "icon small icon-save", download: "", title: "Download what was logged", "aria-label": `Download what was logged, ${run}` });
      this.file.addEventListener("click", () => this.nameFile());
      this.tools = make("span", { class: "cell-tools" }, this.file, enlarge);
      this.head = make("header", {}, make("span", { class: "cell-swatch" }), make("span", { class: "cell-run", text: run.split("/").at(-1), title: run }), this.note, this.tools);
      this.media = make("div", { class: "cell-media" });
      this.words = make("p", { class: "cell-words" });
      this.box = make("div", { class: "cell-box" }, this.media, this.words);
      this.element = make("article", { class: "cell", "data-run": run, "aria-label": `${tag} of ${run}` }, this.head, this.box);
    }

    open(place) {
      tb.enlarged.open(this.run, this.tag, place);
    }

    /** Draw what `list` (null: this run logged none) has at `step` into a box of `width` pixels for `shape`. */
    show(list, step, shape, width) {
      const run = tb.live.runs.get(this.run);
      const slot = String(run.slot);
      if (this.slot !== slot) this.head.firstChild.replaceChildren(tb.runs.swatch(run));
      this.slot = slot;
      this.element.style.setProperty("--run", tb.runs.colour(run));
      this.head.querySelector(".cell-run").textContent = tb.runs.title(this.run).split("/").at(-1);
      this.element.classList.toggle("narrow", width < NARROW_PX);
      this.box.style.height = list && shape ? `${this.drawer.height(shape, width)}px` : "";
      const { step: shown, items } = list ? tb.media.at(list, step) : { step: null, items: [] };
      this.note.textContent = noteOf(step, shown);
      this.note.classList.toggle("nearest", step !== null && shown !== null && shown !== step);
      const words = items.length ? "" : wordsFor(list, step);
      this.words.textContent = words;
      this.words.hidden = !words;
      this.words.classList.toggle("cell-error", Boolean(list && list.error && !list.loaded));
      this.media.hidden = !items.length;
      this.box.classList.toggle("loading", Boolean(list) && !list.loaded && !list.error);
      this.tools.hidden = !items.length;
      if (!items.length) return;
      this.file.hidden = items.length > 1; // each of several is enlarged for that
      this.item = items[0];
      this.drawing = this.drawing || this.drawer.make(this.media, (place) => this.open(place), { run: this.run, tag: this.tag });
      this.drawing.show(items, shape, width);
    }

    /* A text that lies in a list has no address of its own. */
    nameFile() {
      const { item } = this;
      const ending = item.src ? item.src.split("?")[0].split(".").at(-1) : "md";
      this.file.href = item.src || `data:text/markdown;charset=utf-8,${encodeURIComponent(item.text)}`;
      this.file.download = `${tb.saving.named(this.run, this.tag, `step-${item.step}`)}.${ending}`;
    }

    /** Let go of what is drawn while nobody is near; the box keeps its size. */
    rest() {
      this.drawing?.drop();
      this.drawing = null;
    }

    drop() {
      this.rest();
      this.element.remove();
    }
  }

  function noteOf(wanted, shown) {
    if (shown === null) return "";
    if (wanted === null || wanted === shown) return `step ${format.integer(shown)}`;
    return `step ${format.integer(shown)}, nearest to ${format.integer(wanted)}`;
  }

  function wordsFor(list, step) {
    if (!list) return "Not logged by this run.";
    if (list.error) return list.error;
    if (!list.loaded) return "";
    if (!list.steps.length) return "Nothing logged yet.";
    return `Nothing up to step ${format.integer(step)}: the first is at step ${format.integer(list.steps[0])}.`;
  }

  tb.Cell = Cell;
  tb.cellNote = noteOf;
})(window.tailboard);
