/* Draws logged figures: pictures (SVG, PNG) as pictures, Plotly's interactively and in the theme's colours. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const PLOTLY = /^application\/vnd\.plotly(\.v1)?\+json$/;
  const FRAME_MS = 24; // drawing time per frame before the page gets its turn
  const BUDGET = 16; // figures alive; one with WebGL counts for two, as browsers keep 16 contexts and it takes two
  const MOST_FETCHED = 24;
  const HEIGHT = 0.75; // of its width
  const LEAST_WIDTH_PX = 300; // narrower boxes show the figure drawn so wide and scaled down: its text is made for that
  const fetched = new Map(); // address -> promise of the figure, the newest last
  const alive = new Map(); // element -> its weight, the least recently drawn first
  const due = new Set();
  let frame = 0;

  function fetchFigure(item) {
    const url = item.src;
    if (!fetched.has(url)) {
      fetched.set(url, read(url));
      fetched.get(url).catch(() => fetched.delete(url)); // a failure may pass: ask again next time
      if (fetched.size > MOST_FETCHED) fetched.delete(fetched.keys().next().value);
    }
    return fetched.get(url);
  }

  async function read(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`The server answered ${answer.status} for the figure's file.`);
    return answer.json();
  }

  /** The figure in the colours of the theme, on the page's paper and at the size of its box. */
  function themed(figure, width, height) {
    const base = tb.known.layouts[document.documentElement.dataset.theme];
    const { data = [], layout = {} } = structuredClone(figure);
    const look = { ...layout.template?.layout };
    delete look.paper_bgcolor;
    delete look.plot_bgcolor;
    const { gridcolor, linecolor } = base.xaxis;
    for (const axis of ["xaxis", "yaxis"]) look[axis] = { ...look[axis], gridcolor, linecolor, zerolinecolor: gridcolor };
    const clear = "rgba(0,0,0,0)";
    return {
      data,
      layout: {
        ...layout,
        template: { ...layout.template, layout: { plot_bgcolor: clear, ...look } },
        paper_bgcolor: clear,
        font: { ...layout.font, color: base.font.color, family: base.font.family },
        margin: layout.margin || { l: 48, r: 12, t: layout.title?.text ? 40 : 12, b: 40 },
        autosize: false,
        width,
        height,
      },
    };
  }

  const heavy = (data) => data.some(({ type = "" }) => /gl$|3d$|^(surface|volume|isosurface|cone|streamtube|splom|parcoords)$/.test(type));

  /** Make room for one more. Returns whether there is room: what is in view stays. */
  function makeRoom(weight) {
    let used = [...alive.values()].reduce((sum, each) => sum + each, weight);
    for (const [element, each] of alive) {
      if (used <= BUDGET) break;
      if (element.plot.visible) continue;
      element.plot.purge();
      used -= each;
    }
    return used <= BUDGET;
  }

  async function drawDue() {
    frame = 0;
    const start = performance.now();
    for (const plot of due) {
      due.delete(plot);
      await plot.draw();
      if (performance.now() - start > FRAME_MS) break;
    }
    if (due.size) later();
  }
  function later(plot) {
    if (plot) due.add(plot);
    if (!frame) frame = requestAnimationFrame(drawDue);
  }

  const inView = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      target.plot.visible = isIntersecting;
      if (isIntersecting) later(target.plot);
    }
  });

  class Plot {
    constructor(box, config) {
      this.element = make("div", { class: "figure" });
      this.element.plot = this;
      this.config = { ...tb.known.graph_config, showSendToCloud: false, doubleClick: "reset", ...config };
      this.visible = false;
      box.replaceChildren(this.element);
      inView.observe(this.element);
    }

    show(items, shape, width) {
      const [item] = items;
      this.ask(item, width, Math.round(width * HEIGHT));
    }

    ask(item, width, height) {
      const scale = Math.min(1, width / LEAST_WIDTH_PX);
      this.size = [Math.round(width / scale), Math.round(height / scale)];
      this.element.style.transform = scale < 1 ? `scale(${scale})` : "";
      const wanted = JSON.stringify([item.src, this.size, document.documentElement.dataset.theme]);
      if (wanted === this.wanted) return;
      this.wanted = wanted;
      this.item = item;
      if (this.visible) later(this);
    }

    async draw() {
      const { wanted, item } = this;
      if (!item || wanted === this.drawn) return;
      try {
        const [figure, plotly] = await Promise.all([fetchFigure(item), tb.fullPlotly()]);
        if (wanted !== this.wanted || !this.element.isConnected) return; // another one is asked for by now
        await this.paint(plotly, wanted, themed(figure, ...this.size));
      } catch (failure) {
        this.purge();
        this.tell(`This figure could not be drawn: ${failure.message}`);
      }
    }

    async paint(plotly, wanted, { data, layout }) {
      const weight = heavy(data) ? 2 : 1;
      alive.delete(this.element);
      if (!makeRoom(weight)) return this.tell("Too many figures are in view at once. Enlarge this one to see it.");
      alive.set(this.element, weight);
      this.element.querySelector(".figure-words")?.remove();
      this.drawn = wanted;
      this.plotly = plotly;
      await plotly.react(this.element, data, layout, this.config);
    }

    tell(text) {
      this.element.replaceChildren(make("p", { class: "figure-words", text }));
    }

    purge() {
      if (this.drawn) this.plotly.purge(this.element);
      alive.delete(this.element);
      this.drawn = "";
    }

    drop() {
      inView.unobserve(this.element);
      due.delete(this);
      this.purge();
      this.element.remove();
    }
  }

  /* Either kind of drawing, changed only where a run logged both under one tag. */
  class Figure {
    constructor(box, open) {
      this.box = box;
      this.open = open;
    }

    show(items, shape, width) {
      const interactive = tb.isPlot(items[0]);
      if (this.interactive !== interactive) {
        this.inner?.drop();
        this.inner = interactive ? new Plot(this.box) : tb.drawers.picture.make(this.box, this.open);
        this.interactive = interactive;
      }
      this.inner.show(items, shape, width);
    }

    drop() {
      this.inner?.drop();
    }
  }

  /* A Plotly figure over the whole page. */
  function largePlot(box) {
    const plot = new Plot(box, { scrollZoom: true, displayModeBar: true });
    return { show: (item, width, height) => plot.ask(item, width, height), drop: () => plot.drop() };
  }

  tb.isPlot = (item) => PLOTLY.test(item.media_type);
  tb.drawers.figure = {
    height: (shape, width) => (shape.plots ? Math.round(width * HEIGHT) : tb.drawers.picture.height(shape, width)),
    make: (box, open) => new Figure(box, open),
    large: (item) => (tb.isPlot(item) ? largePlot : null),
  };
})(window.tailboard);
