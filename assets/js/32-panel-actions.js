/* What a person does with one panel: pin, log, fit, enlarge, download. */
(function (tb) {
  "use strict";
  const { make, format } = tb;

  function flip(field, item) {
    const items = tb.view.get()[field];
    tb.view.set({ [field]: items.includes(item) ? items.filter((other) => other !== item) : [...items, item] });
  }

  function fit(panel) {
    panel.chart.fit();
    tb.live.ask();
  }

  function enlarge(panel) {
    const on = panel.element.classList.toggle("enlarged");
    document.body.classList.toggle("has-enlarged", on);
    panel.near = true;
    panel.chart.forget();
    panel.chart.dirty = true;
    requestAnimationFrame(() => tb.live.ask());
  }

  function shrink() {
    const element = document.querySelector(".panel.enlarged");
    if (element) enlarge(tb.panels.of(element));
    return Boolean(element);
  }

  /** The exact numbers of this panel: every point, nothing sampled. */
  function csvAddress(tags) {
    const query = new URLSearchParams({ rows: "long", format: "csv" });
    for (const tag of tags) query.append("tag", tag);
    for (const id of tb.live.picked()) query.append("run", id);
    if (tb.view.get().overlap) query.set("overlap", "all");
    return `${tb.known.prefix}api/v1/table?${query}`;
  }

  /** A picture that stands alone: with title, axis names and legend. */
  function savePicture(panel, format) {
    const { data, layout } = panel.plot;
    const named = data.map((trace) => ({
      ...trace,
      name: trace.meta.name,
      showlegend: !trace.meta.raw && !trace.meta.marks && !trace.meta.band,
    }));
    const paper = getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
    const whole = {
      ...layout,
      paper_bgcolor: paper,
      plot_bgcolor: paper,
      title: { text: panel.title, font: { size: 15 } },
      margin: { l: 60, r: 20, t: 44, b: 44 },
      xaxis: { ...layout.xaxis, title: { text: tb.view.get().x.replace(/^tag:/, "").replace("_", " ") } },
      showlegend: true,
      legend: { orientation: "h", y: -0.18 },
    };
    const name = "tailboard-" + panel.title.replace(/[^\w.-]+/g, "-");
    return Plotly.downloadImage({ data: named, layout: whole }, { format, filename: name, width: 900, height: 540, scale: 2 });
  }

  function saveMenu(panel, button) {
    const old = document.querySelector(".menu");
    old?.remove();
    if (old && old.dataset.key === panel.key) return;
    const item = (words, act) => make("button", { type: "button", role: "menuitem", "data-act": act, text: words });
    const menu = make(
      "div",
      { class: "menu", role: "menu", "data-key": panel.key },
      item("PNG picture", "save-png"),
      item("SVG picture", "save-svg"),
      make("a", { role: "menuitem", href: csvAddress(panel.chart.tags), download: "", text: "CSV, every point" }),
    );
    button.closest(".panel-tools").append(menu);
    menu.querySelector("button").focus();
  }

  /** What the lines say, as a table: exact, since the lowest and highest point of every line is always drawn. */
  function numbers(panel) {
    const rows = panel.chart.ordered().reverse().map(({ run, tag, y, step, x, total }) => {
      const steps = step || x;
      const finite = [...y.keys()].filter((i) => Number.isFinite(y[i]));
      const low = finite.reduce((a, i) => (a === null || y[i] < y[a] ? i : a), null);
      const high = finite.reduce((a, i) => (a === null || y[i] > y[a] ? i : a), null);
      const at = (i) => (i === null ? "–" : `${format.number(y[i])} @ ${format.integer(steps[i])}`);
      const last = finite.length ? finite.at(-1) : null;
      return [panel.chart.form === "single" ? run : `${run} ${tag}`, at(last), at(low), at(high), format.integer(total)];
    });
    const head = ["run", "last @ step", "lowest @ step", "highest @ step", "points"];
    const cells = (name, texts) => make("tr", {}, ...texts.map((text) => make(name, { text })));
    const body = make("tbody", {}, ...rows.map((row) => cells("td", row)));
    const seen = panel.chart.window ? "Of the window in view." : "Of all points.";
    tb.dialog(panel.title, make("table", { class: "numbers" }, make("thead", {}, cells("th", head)), body), make("p", { class: "quiet", text: seen }));
  }

  const withPanel = (act) => (button, event) => act(tb.panels.of(button), button, event);
  Object.assign(tb.actions, {
    "section-fold": (button) => flip("closed", tb.panels.foldName(button.dataset.name)),
    "panel-pin": withPanel((panel) => flip("pins", panel.key)),
    "panel-log": withPanel((panel) => flip("panel_log", panel.key)),
    "panel-fit": withPanel(fit),
    "panel-numbers": withPanel(numbers),
    "panel-enlarge": withPanel(enlarge),
    "panel-save": withPanel(saveMenu),
    "save-png": withPanel((panel) => savePicture(panel, "png")),
    "save-svg": withPanel((panel) => savePicture(panel, "svg")),
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest('[data-act="panel-save"]')) document.querySelector(".menu")?.remove();
  });

  tb.panelActions = { shrink, fit };
})(window.tailboard);
