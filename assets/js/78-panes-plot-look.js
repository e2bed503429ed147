/* A script's plot in the look of the app: what the script chose stays, what the client library filled in gives way. */
(function (tb) {
  "use strict";
  const CLEAR = "rgba(0,0,0,0)";
  const CLIENT_MARGINS = ["60,60,60,60", "0,60,20,0"]; // of visdom's client: flat plots and those with depth
  const MARGIN = { l: 44, r: 12, t: 12, b: 36 };
  const NO_MARGIN = { l: 0, r: 0, t: 0, b: 0 };
  const AXIS = /^[xyz]axis\d*$/;
  const LEAST_TICK_PX = 16; // between two
  const WORDS_PX = 48; // beside the last point, where points have words
  const MANY = 6; // names; more stand below each other at the side
  const THIN_BAR = { colorbar: { thickness: 10, outlinewidth: 0, xpad: 6, tickfont: { size: 10 } } };
  const probe = document.createElement("canvas").getContext("2d");

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const palette = () => Array.from({ length: 8 }, (_, slot) => token(`run-${slot}`));

  /** How light a colour is, 0 to 1; null where it is none or lets what is below through. */
  function lightness(colour) {
    probe.fillStyle = "#010203";
    probe.fillStyle = colour;
    const text = probe.fillStyle;
    if (text === "#010203" || !text.startsWith("#")) return null;
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16) / 255);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  /* plotly.js 4 takes titles as objects alone; clients of before wrote strings, with the font beside them. */
  function titled(part) {
    if (!part || typeof part !== "object") return;
    if (typeof part.title === "string") part.title = { text: part.title };
    if (part.title?.text) part.title.text = tb.latex(part.title.text);
    if (part.titlefont && part.title) part.title.font ??= part.titlefont;
    delete part.titlefont;
  }

  function eachAxis(layout, act) {
    for (const [name, part] of Object.entries(layout)) {
      if (AXIS.test(name)) act(part, name);
      else if (/^scene\d*$/.test(name)) for (const axis of ["xaxis", "yaxis", "zaxis"]) if (part?.[axis]) act(part[axis], axis);
    }
  }

  /* Text in black on dark paper, as the client library asks for without being asked, is not a choice. */
  function legible(font, dark, text) {
    const light = font?.color ? lightness(font.color) : null;
    if (light !== null && (dark ? light < 0.12 : light > 0.9)) font.color = text;
  }

  function tidyTrace(trace) {
    titled(trace.colorbar);
    if (trace.type === "custom" || !trace.type) trace.type = "scatter";
    if (trace.textposition === "right") trace.textposition = "middle right";
    if (/text/.test(trace.mode || "")) trace.cliponaxis ??= false;
    if (trace.name) trace.name = tb.latex(trace.name);
    const { marker } = trace;
    if (!marker) return trace;
    if (marker.symbol === "dot") delete marker.symbol;
    if (marker.line?.color === "#000000" && marker.line.width === 0.5) marker.line = /open|thin/.test(marker.symbol) ? { width: 1.5, color: marker.color } : { ...marker.line, color: token("paper") };
    titled(marker.colorbar);
    return trace;
  }

  /* The look where neither script nor client said anything. */
  function template(base, paper) {
    const { gridcolor, linecolor } = base.xaxis;
    const axis = { gridcolor, linecolor, zerolinecolor: linecolor, tickcolor: CLEAR, ticks: "outside", ticklen: 4, automargin: true, tickfont: { size: 11 }, title: { standoff: 6, font: { size: 12 } } };
    const depth = { ...axis, backgroundcolor: CLEAR, showbackground: false, gridcolor: linecolor };
    const bars = Object.fromEntries(["heatmap", "contour", "surface", "mesh3d"].map((type) => [type, [THIN_BAR]]));
    return {
      data: { ...bars, bar: [{ marker: { line: { width: 0 } } }], pie: [{ marker: { line: { color: paper, width: 1 } } }] },
      layout: {
        colorway: palette(),
        paper_bgcolor: CLEAR,
        plot_bgcolor: CLEAR,
        hovermode: "closest",
        xaxis: axis,
        yaxis: axis,
        scene: { xaxis: depth, yaxis: depth, zaxis: depth, camera: { eye: { x: 1.6, y: 1.6, z: 1.15 }, center: { x: 0, y: 0, z: -0.12 } } },
        legend: { bgcolor: CLEAR, font: { size: 11 } },
        colorscale: { sequential: "Viridis" },
        bargap: 0.15,
      },
    };
  }

  /* Few names stand in a line above the plot: at the side they would take a third of it. */
  function legendOf(data, layout) {
    const names = data.filter(({ showlegend, name, type }) => showlegend !== false && (name || type === "pie")).length;
    const flat = !data.some(({ type }) => /^(pie|sunburst)$/.test(type));
    return layout.legend || !flat || names > MANY ? layout.legend : { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" };
  }

  /* Names of traces that come once: plotly remembers by them what was hidden in the legend. */
  function identified(data) {
    const count = new Map();
    for (const { name } of data) count.set(name, (count.get(name) || 0) + 1);
    const word = (name) => `named${[...String(name)].map((letter) => letter.codePointAt(0).toString(36)).join("-")}`; // plotly.js puts it into selectors
    return data.map((trace) => (trace.name && !trace.uid && count.get(trace.name) === 1 ? { ...trace, uid: word(trace.name) } : trace));
  }

  /* A zoom lives as long as the script does not choose the ranges anew. */
  function chosenRanges(layout) {
    const ranges = [];
    eachAxis(layout, (axis, name) => axis?.range && ranges.push([name, axis.range]));
    return JSON.stringify(ranges);
  }

  /* A step between ticks that a script chose for other data: a hundred labels on top of each other say nothing. */
  function thinTicks(axis, width) {
    const [low, high] = axis?.range || [];
    if (typeof axis?.dtick === "number" && Math.abs(high - low) / axis.dtick > width / LEAST_TICK_PX) delete axis.dtick;
  }

  function marginOf(layout, data) {
    const { l, r, t, b } = layout.margin || {};
    if (layout.margin && !CLIENT_MARGINS.includes([l, r, t, b].join())) return layout.margin;
    if (data.some(({ type }) => /3d$|surface/.test(type))) return NO_MARGIN;
    const right = Object.keys(layout).some((name) => layout[name]?.side === "right") ? 44 : data.some(({ mode, textposition }) => /text/.test(mode || "") && /right/.test(textposition || "")) ? WORDS_PX : MARGIN.r;
    const round = data.every(({ type }) => /^(pie|sunburst)$/.test(type));
    return { ...(round ? { l: 12, r: 12, t: 12, b: 12 } : MARGIN), r: right, t: layout.title?.text ? 36 : MARGIN.t };
  }

  /** What to draw of a window: its traces and layout in the theme, of this size in pixels. */
  function figure(each, width, height) {
    const copy = structuredClone({ data: each.data || [], layout: each.layout || {} });
    const data = identified(copy.data.map(tidyTrace));
    const { layout } = copy;
    titled(layout);
    eachAxis(layout, titled);
    const paper = layout.paper_bgcolor && lightness(layout.paper_bgcolor) !== null ? layout.paper_bgcolor : token("paper");
    const dark = lightness(paper) < 0.5;
    const base = tb.known.layouts[dark ? "dark" : "light"]; // of the ground that the script chose, where it did
    const text = base.font.color;
    for (const font of [layout.font, layout.title?.font, layout.legend?.font]) legible(font, dark, text);
    eachAxis(layout, (axis) => [axis?.tickfont, axis?.title?.font].forEach((font) => legible(font, dark, text)));
    eachAxis(layout, (axis) => thinTicks(axis, width));
    if (!layout.title?.subtitle?.text) delete layout.title; // the window's own bar says it
    const look = template(base, paper);
    const given = layout.template || {};
    const { paper_bgcolor: _paper, plot_bgcolor: _plot, ...kept } = given.layout || {};
    return {
      data,
      layout: {
        ...layout,
        template: { data: { ...look.data, ...given.data }, layout: merged(look.layout, kept) },
        font: { family: base.font.family, size: 11, ...layout.font, color: layout.font?.color || text },
        legend: legendOf(data, layout),
        margin: marginOf(layout, data),
        uirevision: chosenRanges(layout),
        autosize: false,
        width,
        height,
      },
    };
  }

  /* What a figure's own template says goes before ours, but for its grounds and grids, which are made for white paper. */
  function merged(ours, theirs) {
    const all = { ...ours, ...theirs };
    for (const axis of ["xaxis", "yaxis"]) all[axis] = { ...theirs[axis], ...ours[axis] };
    all.scene = ours.scene;
    all.colorscale = { ...ours.colorscale, ...theirs.colorscale };
    if (theirs.font) all.font = { ...theirs.font, color: undefined };
    return all;
  }

  tb.paneLook = { figure, palette, token };
})(window.tailboard);
