/* The hyper-parameters page: its bar, the drawing that was chosen, the table below, and the form of one axis. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const hp = tb.hparams;
  const DRAWINGS = { parallel: hp.Parallel, scatter: hp.Scatter };
  let drawing = null; // {name, view}
  let body = null; // {drawing, table} elements
  let frame = 0;
  let shown = ""; // all that the page was last drawn from

  const onPage = () => tb.view.get().page === "hparams";

  function later() {
    if (!frame) frame = requestAnimationFrame(render);
  }

  function render() {
    frame = 0;
    const place = document.getElementById("hparams");
    if (!place || !onPage()) return;
    hp.want(later);
    const answer = hp.answer();
    const words = wordsFor(answer);
    if (words) {
      drawing = body = null;
      place.replaceChildren(words);
      return;
    }
    // What is shown already is left alone: a hand may be on it.
    const state = JSON.stringify([answer, tb.view.get(), place.clientWidth, document.documentElement.dataset.theme, hp.limit()]);
    if (state === shown && body?.drawing.isConnected) return;
    shown = state;
    showBar(answer);
    const axes = hp.axes();
    const passed = hp.passing(axes);
    const colour = hp.colouring(axes);
    draw(place, axes, passed, colour);
    hp.table.show(body.table, axes, passed, colour);
  }

  function draw(place, axes, passed, colour) {
    const name = Object.hasOwn(DRAWINGS, tb.view.get().hparam_view) ? tb.view.get().hparam_view : "parallel";
    if (!body) {
      body = { drawing: make("div", { class: "hparam-drawing" }), table: make("div") };
      drawing = null;
    }
    tb.setChildren(place, [body.drawing, body.table]);
    if (drawing?.name !== name) {
      drawing = { name, view: new DRAWINGS[name](hover) };
      body.drawing.replaceChildren(drawing.view.element);
    }
    if (!drawing.view.drag) drawing.view.show(axes, passed, colour);
  }

  function wordsFor(answer) {
    const say = (text) => make("p", { class: "empty", text });
    if (!answer) return say("Reading the runs’ settings…");
    if (answer.error && !answer.runs.length) return say(answer.error);
    if (!answer.runs.length) return tb.nothing.firstSteps();
    if (answer.parameters.length) return null;
    return make(
      "div",
      { class: "empty first" },
      make("h2", { text: "No run says what it was started with" }),
      make("p", { text: "Give the settings when a run begins:" }),
      make("pre", {}, make("code", { text: 'run = trainer_hooks.init("runs/first", config={"lr": 0.1, "layers": 3})' })),
      make("p", { class: "quiet", text: "Or, with a SummaryWriter: writer.add_hparams({\"lr\": 0.1}, {\"accuracy\": 0.9})" }),
    );
  }

  /* --- the bar --- */
  function showBar(answer) {
    const select = (label, options, value, choose) => {
      const element = make("select", { class: "button", "aria-label": label }, ...options.map(([key, text]) => make("option", { value: key, text, selected: key === value })));
      element.addEventListener("change", () => choose(element.value));
      return element;
    };
    const metrics = answer.metrics.map(({ tag, runs }) => [tag, `${tag} (${format.integer(runs)})`]);
    put("hparam-metric", JSON.stringify([answer.metric, metrics]), () => [
      make("span", { class: "quiet", text: "metric" }),
      select("Metric", metrics, answer.metric, (tag) => tb.view.set({ hparam_metric: tag })),
    ]);
    const ways = [["min", "lower is better"], ["max", "higher is better"], ...(answer.better ? [] : [["", "neither end is better"]])];
    put("hparam-better", JSON.stringify([answer.better, ways]), () => [select("Which end of the metric is better", ways, answer.better || "", (way) => tb.view.set({ hparam_better: way }))]);
    const text = `parameters ${hp.shown().length} of ${answer.parameters.length}`;
    put("hparam-axes", text, () => [make("button", { class: "button", type: "button", "data-act": "hparam-axes", text, title: "Choose which parameters are drawn" })]);
  }

  /* Written anew only where it says something else, so that an open list stays open. */
  function put(id, state, parts) {
    const place = document.getElementById(id);
    if (place.dataset.state === state) return;
    place.dataset.state = state;
    place.replaceChildren(...parts());
  }

  /* --- which parameters --- */
  function chooseAxes() {
    const { parameters } = hp.answer();
    const chosen = new Set(hp.shown());
    const box = ({ name, differs }) => {
      const input = make("input", { type: "checkbox", checked: chosen.has(name), value: name });
      input.addEventListener("change", () => {
        chosen[input.checked ? "add" : "delete"](name);
        tb.view.set({ hparam_axes: keepOrder(parameters.map((one) => one.name).filter((one) => chosen.has(one))) });
      });
      return make("label", { class: "table-choice" }, input, make("span", { text: name }), differs ? "" : make("span", { class: "quiet", text: "same in all" }));
    };
    const usual = make("button", { class: "button", type: "button", text: `those that differ, ${hp.MOST_AXES} at most` });
    usual.addEventListener("click", () => {
      tb.view.set({ hparam_axes: null });
      tb.closeDialog();
    });
    tb.dialog("Parameters that are drawn", make("div", { class: "row" }, usual), make("div", { class: "table-list" }, ...parameters.map(box)));
  }

  /* What was moved by hand stays where it is; new ones come last. */
  function keepOrder(names) {
    const before = hp.shown();
    return [...before.filter((name) => names.includes(name)), ...names.filter((name) => !before.includes(name))];
  }

  /* --- one axis: range, scale and place, by keyboard too --- */
  function openAxis(button) {
    const axis = hp.axes().find((one) => one.name === button.dataset.axis);
    const current = hp.brushes().get(axis.name);
    const range = axis.number ? rangeForm(axis, current) : choiceForm(axis, current);
    const act = (text, then) => {
      const element = make("button", { class: "button", type: "button", text });
      element.addEventListener("click", () => {
        tb.closeDialog();
        then();
      });
      return element;
    };
    const more = [];
    if (current) more.push(act("clear", () => hp.brush([[axis.name, null]])));
    if (axis.canLog) more.push(act(axis.log ? "linear axis" : "logarithmic axis", () => turn(axis.name)));
    if (!axis.metric) more.push(act("← move left", () => move(axis.name, -1)), act("move right →", () => move(axis.name, 1)), act("hide", () => tb.view.set({ hparam_axes: hp.shown().filter((name) => name !== axis.name) })));
    tb.dialog(axis.name, range, make("div", { class: "row" }, ...more));
    document.querySelector(".dialog input")?.focus();
  }

  function rangeForm(axis, current) {
    const field = (label, value) => make("input", { type: "number", step: "any", "aria-label": label, value });
    const [low, high] = [field("From", current ? current[1] : axis.low), field("To", current ? current[2] : axis.high)];
    const form = make("form", { class: "row" }, "from", low, "to", high, make("button", { class: "button primary", text: "Pick these runs" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [from, to] = [Number(low.value), Number(high.value)];
      if (low.value === "" || high.value === "" || from > to) return tb.toast("A range needs two numbers, the lower one first.");
      tb.closeDialog();
      return hp.brush([[axis.name, [axis.name, from, to]]]);
    });
    return form;
  }

  function choiceForm(axis, current) {
    const boxes = axis.categories.map((value) => {
      const input = make("input", { type: "checkbox", value, checked: current ? current[1].includes(value) : false });
      return make("label", { class: "table-choice" }, input, make("span", { text: value }));
    });
    const form = make("form", {}, make("div", { class: "table-list" }, ...boxes), make("button", { class: "button primary", text: "Pick these runs" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = [...form.querySelectorAll("input:checked")].map((input) => input.value);
      tb.closeDialog();
      hp.brush([[axis.name, [axis.name, values]]]);
    });
    return form;
  }

  function turn(name) {
    const turned = tb.view.get().hparam_log;
    tb.view.set({ hparam_log: turned.includes(name) ? turned.filter((other) => other !== name) : [...turned, name] });
  }

  function move(name, by) {
    const names = [...hp.shown()];
    const from = names.indexOf(name);
    const to = Math.min(names.length - 1, Math.max(0, from + by));
    names.splice(to, 0, ...names.splice(from, 1));
    tb.view.set({ hparam_axes: names });
  }

  /* --- the run under the pointer --- */
  function hover(i, event) {
    const overlay = document.getElementById("overlay");
    const id = i === null ? null : hp.answer().runs[i];
    tb.highlight(id);
    for (const row of document.querySelectorAll(".hparam-table tr[data-run]")) row.classList.toggle("forward", row.dataset.run === id);
    if (i === null) return overlay.replaceChildren();
    const rows = hp.axes().map((axis) => make("tr", {}, make("td", { class: "name", text: axis.name }), make("td", { text: axis.text(axis.values[i]) })));
    const tooltip = make("div", { class: "tooltip hparam-tooltip" }, make("b", { text: tb.runs.title(id) }), make("table", {}, make("tbody", {}, ...rows)));
    overlay.replaceChildren(tooltip);
    return tb.tooltip.place(tooltip, event);
  }

  Object.assign(tb.actions, { "hparam-axes": chooseAxes, "hparam-axis": openAxis });
  hp.render = later;
  tb.live.on("state", () => onPage() && hp.want(later));
  tb.live.on("runs", later);
  tb.view.onChange((view, changed) => changed.some((name) => name.startsWith("hparam_") || ["page", "focus"].includes(name)) && later());
  addEventListener("resize", later);
  document.addEventListener("tb-theme", later);
})(window.tailboard);
