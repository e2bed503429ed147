/* What a panel says about itself beside its lines: how much is drawn, what is not, and a way out. */
(function (tb) {
  "use strict";
  const { make, format } = tb;

  /** Words over a panel that has nothing to draw, or could not be drawn. */
  function say(panel, words) {
    panel.element.querySelector(".panel-words")?.remove();
    if (words) panel.element.append(make("p", { class: "panel-words", text: words }));
  }

  /** Whether a few values, of a run that diverged for one, leave all others no room: nine tenths in 1 % of the height. */
  function isSqueezed(all) {
    const values = [];
    for (const { y } of all) {
      const stride = Math.ceil(y.length / 100);
      for (let i = 0; i < y.length; i += stride) if (Number.isFinite(y[i])) values.push(y[i]);
    }
    values.sort((a, b) => a - b);
    const at = (share) => values[Math.floor(share * (values.length - 1))];
    const whole = Math.max(...all.map(({ y }) => highest(y))) - at(0);
    return values.length > 20 && at(0.95) - at(0.05) < 0.01 * whole;
  }
  const highest = (y) => y.reduce((most, value) => (Number.isFinite(value) && value > most ? value : most), -Infinity);

  const wayOut = () =>
    make("button", {
      class: "squeezed",
      type: "button",
      "data-act": "toggle",
      "data-field": "outliers",
      text: "squeezed: ignore outliers?",
      title: "A few values leave all others no room. Fit the vertical axis to the bulk of them (o)",
    });

  function mark(panel) {
    const view = tb.view.get();
    panel.chart.logY = view.panel_log.includes(panel.key);
    const log = view.log_y !== panel.chart.logY;
    panel.element.querySelector('[data-act="panel-log"]').setAttribute("aria-pressed", String(log));
    panel.element.querySelector('[data-act="panel-pin"]').setAttribute("aria-pressed", String(view.pins.includes(panel.key)));
    const all = [...panel.chart.series.values()];
    const sum = (count) => all.reduce((total, series) => total + (count(series) || 0), 0);
    const drawn = sum((series) => series.x.length);
    const total = sum((series) => series.total);
    const below = log && all.some((series) => series.y.some((y) => y <= 0));
    const silent = all.filter((series) => series.message);
    const notes = [
      [panel.chart.off, "off scale", "Points outside the vertical axis: “ignore outliers” is on"],
      [sum((series) => series.nonfinite), "NaN/∞", "Values that are not finite: × NaN, ▲ infinity, ▼ minus infinity on the axis"],
      [sum((series) => series.left_out), "not on this axis", "Points that have no place on this horizontal axis"],
      [drawn ? silent.length : 0, "not drawn", silent.map((series) => series.message).join("\n")],
    ];
    const badges = notes.filter(([count]) => count).map(([count, words, title]) => [`${format.short(count)} ${words}`, title]);
    if (below) badges.push(["≤ 0 hidden", "A logarithmic axis cannot show zero and negative values"]);
    say(panel, !drawn && silent.length ? silent[0].message : "");
    panel.badge.replaceChildren(...badges.map(([text, title]) => make("span", { class: "badge", text, title })));
    const old = panel.element.querySelector(".squeezed");
    const squeezed = !view.outliers && !log && isSqueezed(all);
    if (!squeezed) old?.remove();
    else if (!old) panel.element.append(wayOut());
    const words = `drawn ${format.integer(drawn)} of ${format.integer(total)} points, lowest and highest kept`;
    panel.element.querySelector("h3").title = all.length ? `${panel.title}: ${words}` : panel.title;
    tb.customCharts.legend(panel);
  }

  tb.panelMarks = { mark, say };
})(window.tailboard);
