/* One run's histograms of one tag: a card with the run's name, a drawing or words, and downloads. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const NARROW_PX = 230; // below, the note goes under the run's name
  const CUT_WORDS = "So many steps have a peak of more than three times the middle one: it is drawn lower, or all others would be flat.";
  const button = (hint, icon) => make("button", { class: `icon small icon-${icon}`, type: "button", title: hint, "aria-label": hint, "aria-haspopup": "menu" });

  class Card {
    /** Height of a whole card around a drawing of this size, known before there is one. */
    static height({ width, height }) {
      return height + (width < NARROW_PX ? 40 : 26) + 8; // header, padding and border: see 30-images.css
    }

    constructor(run, tag) {
      Object.assign(this, { run, tag, drawing: null, drawn: "" });
      this.note = make("span", { class: "cell-note quiet" });
      this.name = make("span", { class: "cell-run", title: run });
      this.badge = make("span", { class: "badge" });
      this.head = make("header", {}, make("span", { class: "cell-swatch" }), this.name, this.badge, this.note, toolsOf(this));
      this.media = make("div", { class: "cell-media" });
      this.words = make("p", { class: "cell-words" });
      this.box = make("div", { class: "cell-box" }, this.media, this.words);
      this.element = make("article", { class: "cell", "data-run": run, "aria-label": `${tag} of ${run}` }, this.head, this.box);
    }

    /** Draw what `list` (null: this run has no such tag) holds, as `look` says. */
    show(list, look) {
      const run = tb.live.runs.get(this.run);
      if (this.slot !== run.slot) this.head.firstChild.replaceChildren(tb.runs.swatch(run));
      this.slot = run.slot;
      this.element.style.setProperty("--run", tb.runs.colour(run));
      this.name.textContent = tb.runs.title(this.run).split("/").at(-1);
      this.element.classList.toggle("narrow", look.width < NARROW_PX);
      const steps = list?.data?.step || [];
      const chosen = look.step === null ? steps.length - 1 : tb.media.placeAt(steps, look.step);
      const shown = this.pick(list, look, steps, chosen);
      this.note.textContent = noteOf(list, look, steps[chosen] ?? null);
      this.note.title = this.note.textContent.includes("cut off") ? CUT_WORDS : "";
      showBadge(this.badge, list, chosen);
      this.words.textContent = shown.words;
      this.words.hidden = !shown.words;
      this.words.classList.toggle("cell-error", Boolean(shown.error));
      this.box.classList.toggle("loading", Boolean(shown.loading));
      this.media.hidden = Boolean(shown.words);
      const exact = (place, ask) => tb.histograms.exact(this.run, this.tag, list.data.at[place], steps[place], ask);
      if (shown.data) this.draw(shown.data, { ...look, chosen, exact, marked: look.step === null ? null : chosen });
      else if (shown.words) this.rest();
    }

    /* What to draw, or words in its place; while one step is on its way, what was drawn stays. */
    pick(list, look, steps, chosen) {
      if (!list) return { words: "Not logged by this run." };
      if (!list.data) return list.error ? { words: list.error, error: true } : { words: "", loading: true };
      if (!steps.length) return { words: "Nothing logged yet." };
      if (!list.data.num.some((num) => num > 0)) return { words: list.data.message || emptyWords(list.data) };
      if (look.mode !== "step") return { words: "", data: list.data };
      if (chosen < 0) return { words: `Nothing up to step ${format.integer(look.step)}: the first is at step ${format.integer(steps[0])}.` };
      const exact = tb.histograms.exact(this.run, this.tag, list.data.at[chosen], steps[chosen]);
      if (exact.error) return { words: exact.error, error: true };
      if (!exact.data) return { words: "", loading: !this.drawing };
      return exact.data.counts.length ? { words: "", data: exact.data } : { words: exact.data.message || "No value was counted at this step." };
    }

    draw(data, look) {
      const key = JSON.stringify([look, this.slot, data.step, data.total, data.at, window.devicePixelRatio]);
      if (this.drawing && key === this.drawn && data === this.drawing.data) return;
      this.drawing = this.drawing || tb.drawers[tb.known.kinds.histogram.panel].make(this.media);
      this.drawing.show(data, { ...look, words: this.element.getAttribute("aria-label") });
      this.drawn = key;
    }

    /** What the menu offers: a picture of what is drawn, and all that was logged. */
    downloads() {
      const file = (format) => `${tb.known.prefix}api/v1/histograms?${new URLSearchParams({ run: this.run, tag: this.tag, format })}`;
      return [["CSV, every bucket of every step", file("csv")], ["JSON lines, all that was logged", file("jsonl")]];
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

  function emptyWords({ nonfinite }) {
    if (nonfinite.some(([nan, inf]) => nan + inf > 0)) return "No finite value was counted: all are NaN or infinite.";
    return "These histograms are empty: no value was counted.";
  }

  function noteOf(list, look, step) {
    if (!list?.data || step === null) return "";
    if (look.mode === "step") return tb.cellNote(look.step, step);
    const { total, step: steps } = list.data;
    const cut = look.mode === "quantiles" ? 0 : tb.histogramCut(list.data, look.log);
    const shown = steps.length < total ? `${steps.length} of ${format.short(total)} steps` : `${steps.length} ${steps.length === 1 ? "step" : "steps"}`;
    return cut ? `${shown}, ${cut} cut off` : shown;
  }

  /* Values that are no numbers are in no bucket: said at the step that is shown, or that others have some. */
  function showBadge(badge, list, chosen) {
    const all = list?.data?.nonfinite || [];
    const steps = all.filter(([nan, inf]) => nan + inf > 0).length;
    const here = chosen < 0 ? "" : tb.layers.badWords(all[chosen] || [0, 0]);
    badge.textContent = here || (steps ? `not finite at ${steps} ${steps === 1 ? "step" : "steps"}` : "");
    badge.title = steps ? `Values that are NaN or infinite are in no bucket; ${steps} of the ${all.length} drawn steps have some.` : "";
    badge.hidden = !steps;
  }

  function toolsOf(card) {
    const save = button("Download a picture, CSV or JSON", "save");
    save.addEventListener("click", (event) => {
      event.stopPropagation(); // a click anywhere else closes menus
      menu(card, save);
    });
    return make("div", { class: "histogram-tools" }, save);
  }

  function menu(card, opener) {
    const old = document.querySelector(".menu");
    old?.remove();
    if (old?.parentElement === opener.parentElement) return;
    const picture = make("button", { type: "button", role: "menuitem", text: "PNG picture" });
    picture.addEventListener("click", () => savePicture(card));
    const links = card.downloads().map(([text, href]) => make("a", { role: "menuitem", href, download: "", text }));
    opener.parentElement.append(make("div", { class: "menu", role: "menu" }, picture, ...links));
    picture.focus();
  }

  /* What is drawn, on the theme's paper. */
  function savePicture(card) {
    const drawn = card.media.querySelector("canvas");
    if (!drawn) return;
    const whole = make("canvas", { width: drawn.width, height: drawn.height });
    const context = whole.getContext("2d");
    context.fillStyle = tb.canvas.colours(drawn).paper;
    context.fillRect(0, 0, whole.width, whole.height);
    context.drawImage(drawn, 0, 0);
    make("a", { href: whole.toDataURL("image/png"), download: `${tb.saving.named(card.element.getAttribute("aria-label"))}.png` }).click();
  }

  tb.HistogramCard = Card;
  tb.histogramTools = toolsOf;
})(window.tailboard);
