/* Which step a gallery shows: one for all tags, and one of its own for a tag that was moved by itself. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const PLAY_MS = 250;
  const LATEST = "latest";
  const steppers = new Set();
  let playing = null; // {tag, timer}

  /* Each page that shows steps says which there are of a tag, or of all for null: ascending. */
  const pages = {}; // name of the page -> (tag) => steps
  const stepsOf = (tag) => (pages[tb.view.get().page] || pages.images)(tag);

  /* The view holds "STEP TAG" for each tag with a step of its own. */
  const nameIn = (entry) => entry.slice(entry.indexOf(" ") + 1);
  const own = (tag) => tb.view.get().image_steps.find((entry) => nameIn(entry) === tag);

  /** The step to show of a tag, or of all for null. Null is the latest, whatever it becomes. */
  function chosen(tag) {
    const entry = tag === null ? null : own(tag);
    const text = entry ? entry.slice(0, entry.indexOf(" ")) : tb.view.get().image_step;
    return text === "" || text === LATEST || !Number.isFinite(Number(text)) ? null : Number(text);
  }

  /** Show another step of all tags, or of one that goes its own way from now on. */
  function choose(tag, step) {
    if (tag === null) return tb.view.set({ image_step: step === null ? "" : String(step) });
    const others = tb.view.get().image_steps.filter((entry) => nameIn(entry) !== tag);
    return tb.view.set({ image_steps: [...others, `${step ?? LATEST} ${tag}`] });
  }

  function follow(tag) {
    tb.view.set({ image_steps: tb.view.get().image_steps.filter((entry) => nameIn(entry) !== tag) });
  }

  /** The one that keys move: the tag's own step where it has one, else that of all. */
  const owner = (tag) => (tag !== null && own(tag) ? tag : null);

  function placeOf(tag, steps) {
    const step = chosen(tag);
    return step === null ? steps.length - 1 : Math.max(0, tb.media.placeAt(steps, step));
  }

  /** Go `by` steps on; past the end means the latest, whatever comes. */
  function go(tag, by) {
    const steps = stepsOf(tag);
    goTo(tag, placeOf(tag, steps) + by, steps);
  }

  function goTo(tag, place, steps = stepsOf(tag)) {
    if (!steps.length) return;
    const last = steps.length - 1;
    choose(tag, place >= last ? null : steps[Math.max(0, place)]);
  }

  function play(tag) {
    const was = playing;
    stop();
    if (was && was.tag === tag) return;
    const steps = stepsOf(tag);
    if (placeOf(tag, steps) >= steps.length - 1) goTo(tag, 0, steps);
    playing = { tag, timer: setInterval(() => playOn(tag), PLAY_MS) };
    showAll();
  }

  function playOn(tag) {
    const steps = stepsOf(tag);
    if (placeOf(tag, steps) >= steps.length - 1) return stop();
    return go(tag, 1);
  }

  function stop() {
    if (!playing) return;
    clearInterval(playing.timer);
    playing = null;
    showAll();
  }

  const button = (act, hint, icon) =>
    make("button", { class: `icon small icon-${icon}`, type: "button", title: hint, "aria-label": hint, "data-steps": act });

  /** A slider over the steps of one tag, or of all for null, with its words and buttons. */
  class Stepper {
    constructor(tag) {
      this.tag = tag;
      const whose = tag === null ? "of all tags" : `of ${tag}`;
      this.slider = make("input", { type: "range", min: 0, max: 0, step: 1, value: 0, "aria-label": `Step ${whose}` });
      this.words = make("output", { class: "steps-words" });
      this.latest = make("button", { class: "toggle", type: "button", "data-steps": "latest", text: "latest", title: "Show the latest, and new ones as they come (End)" });
      this.back = make("button", { class: "button", type: "button", "data-steps": "follow", text: "as all", title: "Follow the step of all tags again" });
      this.player = button("play", "Leaf through all steps, or stop", "play");
      const around = [button("before", "One step back (←)", "before"), this.slider, button("after", "One step on (→)", "after")];
      const parts = tag === null ? [...around, this.player, this.words, this.latest] : [this.slider, this.words, this.back];
      this.element = make("div", { class: "steps" }, ...parts);
      this.slider.addEventListener("input", () => {
        const place = Number(this.slider.value); // before anything is shown anew
        stop();
        goTo(tag, place);
      });
      this.element.addEventListener("click", (event) => this.pressed(event.target.closest("[data-steps]")?.dataset.steps));
      steppers.add(this);
    }

    pressed(act) {
      if (!act) return;
      if (act === "play") return play(this.tag);
      stop();
      if (act === "latest") choose(this.tag, null);
      if (act === "follow") follow(this.tag);
      if (act === "before") go(this.tag, -1);
      if (act === "after") go(this.tag, 1);
    }

    show() {
      const { tag } = this;
      const steps = stepsOf(tag);
      const place = placeOf(tag, steps);
      const step = chosen(tag);
      this.slider.max = Math.max(0, steps.length - 1);
      this.slider.value = place;
      this.slider.disabled = steps.length < 2;
      const shown = steps.length ? `step ${format.integer(step ?? steps[place])}` : "no steps yet";
      this.slider.setAttribute("aria-valuetext", shown);
      this.words.replaceChildren(shown, make("span", { class: "quiet", text: steps.length ? `  ${place + 1} of ${steps.length}` : "" }));
      this.latest.setAttribute("aria-pressed", String(step === null));
      this.back.hidden = tag === null || !own(tag);
      this.element.classList.toggle("own", !this.back.hidden);
      const on = playing !== null && playing.tag === tag;
      this.player.classList.toggle("icon-pause", on);
      this.player.setAttribute("aria-pressed", String(on));
    }

    drop() {
      steppers.delete(this);
    }
  }

  function showAll() {
    for (const stepper of steppers) stepper.show();
  }

  /* Arrows, Home and End leaf through the steps, but for where what has the focus takes them for itself. */
  const KEYS = {
    ArrowLeft: (tag) => go(tag, -1),
    ArrowRight: (tag) => go(tag, 1),
    Home: (tag) => goTo(tag, 0),
    End: (tag) => goTo(tag, Infinity),
  };
  const TAKES_KEYS = "input, textarea, select, audio, [role=slider], [role=combobox], [role=radio], [data-own-keys], [data-own-keys] *";
  const focused = () => document.activeElement?.closest?.(".gallery-tag")?.dataset.tag ?? null;
  document.addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (!act || !(tb.view.get().page in pages) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.matches(TAKES_KEYS) || document.querySelector(".dialog, .enlarged-picture")) return;
    event.preventDefault();
    stop();
    act(owner(focused()));
  });
  tb.keys.extra.push(["← →", "where steps are shown: step back and on; Home, End: first, latest"]);

  tb.view.onChange((view, changed) => changed.includes("page") && stop());
  tb.steps = { pages, chosen, own, owner, go, goTo, stop, Stepper };
})(window.tailboard);
