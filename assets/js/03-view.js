/* The view: what this browser has chosen. It lives in the address; everyone reads it here and nowhere else. */
(function (tb) {
  "use strict";
  const fields = tb.known.fields;
  const listeners = [];
  const view = { page: tb.known.pages[0] };

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  function parse(field, texts) {
    if (field.kind === "list") return texts.filter((text) => text !== "-"); // "-" stands for an empty list
    const text = texts[texts.length - 1];
    if (field.kind === "flag") return text === "1";
    if (field.kind === "number") return Number.isFinite(Number(text)) ? Number(text) : field.default;
    return text;
  }

  function readAddress() {
    const query = new URLSearchParams(location.search);
    for (const [name, field] of Object.entries(fields)) {
      view[name] = query.has(field.key) ? parse(field, query.getAll(field.key)) : field.default;
    }
    const path = location.pathname.slice(tb.known.prefix.length).replace(/\/$/, "");
    view.page = tb.known.pages.includes(path) ? path : tb.known.pages[0];
  }

  function queryOf(chosen) {
    const query = new URLSearchParams();
    for (const [name, field] of Object.entries(fields)) {
      const value = chosen[name];
      if (value === null || same(value, field.default)) continue;
      if (field.kind === "list") (value.length ? value : ["-"]).forEach((item) => query.append(field.key, item));
      else query.set(field.key, field.kind === "flag" ? (value ? "1" : "0") : String(value));
    }
    const text = query.toString();
    return text ? "?" + text : "";
  }

  function address(chosen) {
    return tb.known.prefix + chosen.page + queryOf(chosen);
  }

  /** Change some fields; `page` too. Nothing happens where nothing is new. */
  function set(changes) {
    const changed = Object.keys(changes).filter((name) => !same(view[name], changes[name]));
    if (!changed.length) return;
    Object.assign(view, changes);
    const method = changed.includes("page") ? "pushState" : "replaceState";
    history[method](null, "", address(view));
    announce(changed);
  }

  function announce(changed) {
    for (const listener of listeners) listener(view, changed);
  }

  window.addEventListener("popstate", () => {
    readAddress();
    announce(Object.keys(view));
  });

  readAddress();
  tb.view = {
    get: () => view,
    set,
    /** Call `listener(view, names of the changed fields)` at every change. */
    onChange: (listener) => listeners.push(listener),
    /** The address that shows exactly this, runs by name. */
    link: (picked) => location.origin + address({ ...view, runs: picked }),
    announce,
  };
})(window.tailboard);
