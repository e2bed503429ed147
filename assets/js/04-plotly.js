/* Two builds of plotly.js: the small one (lines, bars, pies) that every page loads, a third of a second sooner on
   the screen; and the full one of the installed plotly package, loaded when a logged figure needs it. */
(function (tb) {
  "use strict";
  let loading = null;

  /** Promise of the full plotly.js, as a module of its own: `window.Plotly` stays the small one. */
  tb.fullPlotly = function () {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = tb.known.prefix + "_dash-component-suites/plotly/package_data/plotly.min.js";
      const small = window.Plotly;
      script.onload = () => {
        const full = window.Plotly;
        window.Plotly = small;
        resolve(full);
      };
      script.onerror = () => {
        loading = null;
        reject(new Error("plotly.js could not be loaded from the server."));
      };
      document.head.append(script);
    });
    return loading;
  };
})(window.tailboard);
