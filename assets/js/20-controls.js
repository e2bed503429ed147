/* Ties Dash's controls to the view: one way in (`readControls`), one way out (`showControls`). */
(function (tb) {
  "use strict";
  const { make } = tb;
  const WINDOWS = 2.7; // the slider's end means 10^2.7 = 501 points

  /** The slider runs from 0 to 1 for every kind; the server wants a weight, a window or a width in points. */
  tb.smoothing = function (view) {
    const strength = Math.min(Math.max(view.amount, 0), 1);
    if (strength === 0) return { kind: "none", amount: 0 };
    if (view.smooth === "ema" || view.smooth === "time_weighted") {
      return { kind: view.smooth, amount: Math.min(strength, 0.999) };
    }
    const points = Math.round(10 ** (strength * WINDOWS));
    if (view.smooth === "gaussian") return { kind: "gaussian", amount: points };
    return { kind: view.smooth, amount: Math.max(view.smooth === "savgol" ? 5 : 3, points | 1) };
  };

  function amountWords(view) {
    const { kind, amount } = tb.smoothing(view);
    if (kind === "none") return "off";
    return kind === "ema" || kind === "time_weighted" ? amount.toFixed(2) : `${amount} pts`;
  }

  const controlId = (field) => ({ control: field });
  let shown = false;

  function showControls(view, changed) {
    for (const name of changed) {
      if (!(name in tb.known.fields)) continue;
      const value = tb.known.fields[name].kind === "number" ? Number(view[name]) : view[name];
      const element = document.querySelector(`.toggle[data-field="${name}"]`);
      if (element) element.setAttribute("aria-pressed", String(value));
      else if (controls.has(name)) dash_clientside.set_props(controlId(name), { value });
    }
    const words = document.getElementById("amount-words");
    if (words) words.textContent = amountWords(view);
    dash_clientside.set_props("view", { data: { ...view, picked: tb.live.picked() } });
  }

  const controls = new Set();
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.tailboard = {
    /* The first call comes before the view was shown in the controls: their initial values are not choices. After
       that only what was just changed counts: the others may lag behind the view. */
    readControls(_values, ids) {
      ids.forEach((id) => controls.add(id.control));
      if (!shown) {
        shown = true;
        setTimeout(() => {
          showControls(tb.view.get(), Object.keys(tb.view.get()));
          tb.start();
        });
        return clientside.no_update;
      }
      const changes = {};
      for (const { prop_id: name, value } of clientside.callback_context.triggered) {
        const { control } = JSON.parse(name.slice(0, name.lastIndexOf(".")));
        if (value !== null && value !== undefined) changes[control] = value;
      }
      tb.view.set(changes);
      return clientside.no_update;
    },
    readPicker(value) {
      const chosen = value || [];
      if (chosen.slice().sort().join("\n") !== tb.live.picked().sort().join("\n")) tb.view.set({ runs: chosen });
      return clientside.no_update;
    },
    tick() {
      tb.live.tick();
      return clientside.no_update;
    },
  };
  tb.view.onChange(showControls);

  /* Horizontal axes: the fixed four and every scalar tag of the picked runs. */
  const fixedAxes = [
    { value: "step", label: "step" },
    { value: "relative_step", label: "relative step" },
    { value: "relative_time", label: "relative time" },
    { value: "wall_time", label: "wall time" },
  ];
  function offerAxes() {
    const tags = tb.live.tags().filter((entry) => entry.kind === "scalar" && !tb.layers.watched(entry.tag)).slice(0, 200);
    const items = tags.map(({ tag }) => ({ value: "tag:" + tag, label: tag }));
    const data = [{ group: "time", items: fixedAxes }, { group: "logged", items }];
    dash_clientside.set_props(controlId("x"), { data });
  }
  tb.live.on("tags", offerAxes);

  let optionsShown = "";
  /* Dash indexes all options for its search, which takes seconds for thousands of runs: until a person reaches for the
     picker it has the picked ones only. */
  let reached = false;
  const offered = () => (reached ? tb.live.order() : tb.live.picked());
  function reach(event) {
    if (reached || !event.target.closest?.(".run-picker")) return;
    reached = true;
    offerRuns();
  }
  document.addEventListener("pointerover", reach);
  document.addEventListener("focusin", reach);

  function offerRuns() {
    const order = offered();
    const text = order.map(tb.runs.title).join("\n");
    const value = tb.live.picked();
    if (text !== optionsShown) {
      optionsShown = text;
      dash_clientside.set_props("run-picker", { options: order.map((id) => ({ value: id, label: tb.runs.title(id) })), value });
    } else dash_clientside.set_props("run-picker", { value });
  }
  tb.live.on("runs", () => {
    const text = offered().map(tb.runs.title).join("\n");
    if (text !== optionsShown) offerRuns();
  });
  tb.view.onChange((view, changed) => changed.includes("runs") && offerRuns());

  tb.toast = function (words) {
    const place = document.getElementById("toast");
    place.replaceChildren(make("div", { class: "toast", text: words }));
    clearTimeout(tb.toast.timer);
    tb.toast.timer = setTimeout(() => place.replaceChildren(), 3500);
  };
})(window.tailboard);
