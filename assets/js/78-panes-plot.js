/* Windows with plots, by the full plotly.js. A zoom, a camera and what is hidden in the legend stay when data comes. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const HEAVY = /gl$|3d$|^(surface|volume|isosurface|cone|streamtube|splom|parcoords)$/;
  const MOST_HEAVY = 8; // plots with WebGL that stay drawn: browsers keep sixteen contexts, and one takes up to two
  const NO_TOUCH = { ...tb.known.graph_config, doubleClick: "reset+autosize" };
  const heavy = new Set(); // PlotPanes drawn with WebGL, the one seen longest ago first

  class PlotPane {
    constructor(body, pane) {
      this.pane = pane;
      this.element = make("div", { class: "pane-plot" });
      this.note = make("span", { class: "pane-note" });
      this.words = make("p", { class: "pane-nothing quiet", text: "No data: the script removed it, or has sent none yet.", hidden: true });
      body.append(this.element, this.words);
    }

    async show(each) {
      this.each = each;
      const plotly = await tb.fullPlotly();
      if (!this.element.isConnected) return;
      const [width, height] = this.room();
      const { data, layout } = tb.paneLook.figure(each, width, height);
      this.makeRoom(data.some(({ type }) => HEAVY.test(type)));
      if (this.camera) layout.scene = { ...layout.scene, camera: this.camera };
      this.camera = null;
      this.plotly = plotly;
      const large = this.pane.isLarge;
      await plotly.react(this.element, data, layout, { ...NO_TOUCH, scrollZoom: large, displayModeBar: large });
      this.drawn = true;
      this.tell(each);
    }

    room() {
      const [width, height] = this.pane.room();
      return [Math.max(width, 60), Math.max(height, 40)];
    }

    /* Plots with WebGL that are out of view make room, but for where they were looked at from. */
    makeRoom(isHeavy) {
      heavy.delete(this);
      if (!isHeavy) return;
      heavy.add(this);
      for (const other of heavy) {
        if (heavy.size <= MOST_HEAVY) break;
        if (!other.pane.near) other.rest();
      }
    }

    rest() {
      heavy.delete(this);
      if (!this.drawn) return;
      const { camera } = this.element._fullLayout?.scene || {};
      this.camera = camera ? structuredClone(camera) : null;
      this.plotly.purge(this.element);
      this.drawn = false;
      this.pane.due = true;
    }

    tell(each) {
      this.words.hidden = each.data.some((trace) => ["x", "y", "z", "values", "labels", "lat", "r", "ids", "dimensions"].some((name) => trace[name]?.length || trace[name]?.bdata));
      const most = Math.max(0, ...(each.points || []));
      const words = each.thinned ? `thinned: the longest line has ${tb.format.integer(most)} points, lowest and highest kept` : "";
      this.note.textContent = each.thinned ? "thinned" : "";
      this.note.title = words;
      if (each.thinned && !this.note.isConnected) this.pane.badge.before(this.note);
      if (!each.thinned) this.note.remove();
    }

    saves() {
      const size = { width: Math.max(800, this.element.clientWidth), height: Math.max(500, this.element.clientHeight), scale: 2 };
      const save = (format) => () => {
        const { data, layout } = this.element;
        const whole = { ...layout, paper_bgcolor: tb.paneLook.token("paper"), title: { text: this.pane.name }, margin: { ...layout.margin, t: 60 } };
        return this.plotly.downloadImage({ data, layout: whole }, { format, filename: this.pane.fileName(), ...size });
      };
      return this.drawn ? [["PNG picture", save("png")], ["SVG picture", save("svg")]] : [];
    }

    drop() {
      heavy.delete(this);
      if (this.drawn) this.plotly.purge(this.element);
      this.note.remove();
      this.words.remove();
      this.element.remove();
    }
  }

  tb.panes.drawers.plot = PlotPane;
})(window.tailboard);
