/* Windows of the same title in several environments: lines, bars and clouds in one window, all else side by side. */
(function (tb) {
  "use strict";
  const OVERLAID = /^(scatter|scattergl|scatter3d|bar|box|histogram|violin|custom)$/;
  const DASHES = ["solid", "dash", "dot", "dashdot", "longdash"];
  const MADE_UP = /^(window_[0-9a-f]+|pane_\d+)$/; // ids that a server gave, which mean nothing elsewhere

  const nameOf = ({ title, id, type }) => title || (MADE_UP.test(id) ? "" : `${type} ${id}`);
  const canOverlay = (each) => each.type === "plot" && each.data.length > 0 && each.data.every(({ type }) => OVERLAID.test(type || "scatter"));

  /** Windows of the same name in at least two environments, in the order of the first; and how many were left out. */
  function groups(windows) {
    const byName = new Map();
    for (const each of windows) {
      const name = nameOf(each);
      if (name) byName.set(name, [...(byName.get(name) || []), each]);
    }
    const shared = [...byName].filter(([, all]) => new Set(all.map(({ environment }) => environment)).size > 1);
    return { shared, left: windows.length - shared.reduce((sum, [, all]) => sum + all.length, 0) };
  }

  /** One window for each name that can be overlaid, else its windows one after the other. */
  function compared(windows, environments) {
    const { shared, left } = groups(windows);
    return { shown: shared.flatMap(([name, all]) => (all.every(canOverlay) ? [overlaid(name, all, environments)] : all)), left };
  }

  function overlaid(name, all, environments) {
    const [first] = all;
    const colours = tb.paneLook.palette();
    const single = all.every(({ data }) => data.length === 1);
    const data = all.flatMap((each) => each.data.map((trace, i) => named(trace, i, each.environment, single, colours[environments.indexOf(each.environment) % colours.length])));
    return {
      ...first,
      key: `compared\n${name}`,
      environment: all.map(({ environment }) => environment).join(" + "),
      together: true,
      title: name,
      revision: all.map(({ revision }) => revision).join(),
      data,
      layout: { ...first.layout, showlegend: true },
      points: all.flatMap(({ points }) => points || []),
      thinned: all.some(({ thinned }) => thinned),
    };
  }

  /* The colour says which environment, the dashes which of its lines. */
  function named(trace, i, environment, single, colour) {
    const lines = /^(scatter|scattergl|scatter3d|custom)$/.test(trace.type || "scatter");
    const dashed = lines && /lines/.test(trace.mode || "lines") ? { dash: DASHES[i % DASHES.length] } : {};
    const known = lines ? trace.marker || {} : { ...trace.marker, opacity: Math.max(0.3, 1 - 0.25 * i) };
    return {
      ...trace,
      uid: undefined,
      name: single || !trace.name ? environment : `${environment}: ${trace.name}`,
      line: { ...trace.line, ...dashed, color: colour },
      marker: { ...known, color: colour },
      ...(trace.fill && trace.fill !== "none" ? { fillcolor: undefined } : {}),
    };
  }

  tb.paneCompare = { compared };
})(window.tailboard);
