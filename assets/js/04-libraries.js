/* Libraries that few need are loaded when somebody does: unmodified files of assets/vendor, each with its licence. */
(function (tb) {
  "use strict";
  const loading = new Map(); // file -> promise of what it defines

  /** Promise of the global `name` that a file of assets/vendor defines. */
  tb.library = function (file, name) {
    if (!loading.has(file)) loading.set(file, load(file, name));
    return loading.get(file);
  };

  function load(file, name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${tb.known.prefix}assets/vendor/${file}`;
      script.onload = () => resolve(window[name]);
      script.onerror = () => {
        loading.delete(file);
        script.remove();
        reject(new Error(`${file} could not be loaded from the server.`));
      };
      document.head.append(script);
    });
  }
})(window.tailboard);
