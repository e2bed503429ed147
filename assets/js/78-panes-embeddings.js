/* Windows with points of an embedding: a point under the pointer asks the script for its preview, a lasso around many
   asks it to embed these alone, "back" shows those of before. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const REST_MS = 300; // on a point, before its script is asked
  const LEAST_SELECTED = 22; // visdom's client cannot embed fewer
  const MANY = 3000; // points that are still drawn without WebGL

  class EmbeddingsPane {
    constructor(body, pane) {
      this.pane = pane;
      this.element = make("div", { class: "pane-plot" });
      this.preview = make("aside", { class: "pane-preview", hidden: true });
      this.back = make("button", { class: "button", type: "button", text: "← back", title: "The points of before", hidden: true });
      this.lasso = make("button", { class: "toggle", type: "button", text: "lasso", title: "Drag around points, and the script embeds these alone", "aria-pressed": "false" });
      this.words = make("p", { class: "pane-loading quiet", text: "The script is working out the map…", hidden: true });
      this.bar = make("div", { class: "pane-float row" }, this.back, this.lasso);
      body.append(this.element, this.bar, this.preview, this.words);
      this.back.addEventListener("click", () => this.goBack());
      this.lasso.addEventListener("click", () => this.choose(this.lasso.getAttribute("aria-pressed") !== "true"));
    }

    async show(each) {
      this.each = each;
      const { writable } = tb.panes.state;
      this.words.hidden = !each.loading;
      this.element.hidden = each.loading;
      this.back.hidden = !each.has_previous || !writable;
      this.lasso.hidden = !writable || each.loading;
      this.showPreview();
      if (each.loading) return;
      const points = JSON.stringify(each.points.map(({ idx }) => idx));
      if (points !== this.points) this.selecting = false;
      this.points = points;
      await this.draw();
    }

    async draw() {
      const plotly = await tb.fullPlotly();
      if (!this.element.isConnected) return;
      const [width, height] = this.pane.room();
      const groups = new Map();
      for (const point of this.each.points) groups.set(point.group, [...(groups.get(point.group) || []), point]);
      const type = this.each.points.length > MANY ? "scattergl" : "scatter";
      const data = [...groups].sort(([, [a]], [, [b]]) => String(a.label).localeCompare(String(b.label), "en", { numeric: true })).map(([, points]) => ({
        type,
        mode: "markers",
        name: String(points[0].label),
        x: points.map(({ position }) => position[0]),
        y: points.map(({ position }) => position[1]),
        text: points.map(({ name, label }) => `${name}<br>label ${label}`),
        customdata: points.map(({ idx, name }) => [idx, name]),
        hoverinfo: "text",
        marker: { size: 6, opacity: 0.85 },
      }));
      const bare = { showgrid: false, zeroline: false, showticklabels: false, ticks: "" };
      const layout = { showlegend: groups.size > 1, xaxis: bare, yaxis: bare, dragmode: this.selecting ? "lasso" : "pan", margin: { l: 8, r: 8, t: 36, b: 8 } };
      const drawn = tb.paneLook.figure({ data, layout, title: "" }, width, height);
      drawn.layout.legend = { orientation: "v", x: 1, xanchor: "right", y: 0, yanchor: "bottom", itemsizing: "constant" };
      drawn.layout.uirevision = this.points.length + String(this.selecting);
      await plotly.react(this.element, drawn.data, drawn.layout, { ...tb.known.graph_config, scrollZoom: this.pane.isLarge, doubleClick: "reset+autosize" });
      this.plotly = plotly;
      this.lasso.setAttribute("aria-pressed", String(Boolean(this.selecting)));
      this.follow();
    }

    follow() {
      if (this.followed) return;
      this.followed = true;
      this.element.on("plotly_hover", ({ points }) => this.ask(points[0].customdata));
      this.element.on("plotly_unhover", () => clearTimeout(this.waiting));
      this.element.on("plotly_selected", (chosen) => chosen && this.select(chosen.points));
    }

    ask([idx, name]) {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => tb.panes.send(this.pane.window, { event_type: "EntitySelected", entityId: name, idx, pane_data: false }), REST_MS);
    }

    select(points) {
      if (!points.length) return;
      if (points.length < LEAST_SELECTED) {
        tb.toast(`${points.length} points are too few to embed: ${LEAST_SELECTED} are the least.`);
        return;
      }
      tb.panes.send(this.pane.window, { event_type: "RegionSelected", selectedIdxs: points.map(({ customdata }) => customdata[0]), pane_data: false });
      this.pane.complain("");
      tb.toast(`Asked the script to embed ${points.length} points.`);
    }

    choose(on) {
      this.selecting = on;
      return this.draw();
    }

    async goBack() {
      try {
        await tb.panes.edit({ action: "back", environment: this.each.environment, window: this.each.id });
      } catch (failure) {
        tb.toast(`The points of before were not shown: ${failure.message}`);
      }
    }

    /* A script's HTML has no place in the page, so it has a frame of its own without an origin. */
    showPreview() {
      const { selected } = this.each;
      this.preview.hidden = !selected;
      if (!selected || selected.html === this.previewed) return;
      this.previewed = selected.html;
      const colour = tb.paneLook.token("text");
      const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
      const page = `<meta http-equiv="Content-Security-Policy" content="${policy}"><body style="margin:4px;font:12px system-ui;color:${colour}">${selected.html}`;
      const frame = make("iframe", { class: "pane-frame", sandbox: "", title: `Preview of ${selected.entityId}`, srcdoc: page });
      this.preview.replaceChildren(make("b", { text: selected.entityId }), frame);
    }

    drop() {
      clearTimeout(this.waiting);
      if (this.plotly) this.plotly.purge(this.element);
      this.element.remove();
    }
  }

  tb.panes.drawers.embeddings = EmbeddingsPane;
})(window.tailboard);
