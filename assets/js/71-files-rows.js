/* The rows of the files page. Only those in view are drawn, so thousands stay fast; the table as a whole has the focus,
   arrows move through it and Enter opens. */
(function (tb) {
  "use strict";
  const { make, format, files } = tb;
  const ROW_PX = 28;
  const BEYOND = 8; // rows drawn above and below the view
  const COLUMNS = [
    ["path", "run or file", ""],
    ["format", "format", ""],
    ["files", "files", "number"],
    ["tags", "tags", "number"],
    ["points", "points", "number"],
    ["what", "problem, or why it was skipped", ""],
  ];
  const drawn = new Map(); // key -> {element, text}
  let parts = null; // {grid, body, space, heads} once built
  let rows = [];
  let active = ""; // key of the row that keys act on
  let offered = "";

  function build() {
    const place = document.getElementById("files-table");
    const heads = COLUMNS.map(([name, words, kind]) =>
      make("button", { type: "button", class: `files-cell ${kind}`, role: "columnheader", "data-act": "files-sort", "data-name": name }, make("span", { text: words })),
    );
    const space = make("div", { class: "files-space", role: "rowgroup" });
    const body = make("div", { class: "files-body", tabindex: "-1" }, space);
    const grid = make(
      "div",
      { class: "files-grid", role: "grid", tabindex: "0", "aria-label": "Files", "aria-colcount": COLUMNS.length },
      make("div", { class: "files-row files-head", role: "row" }, ...heads),
      body,
    );
    body.addEventListener("scroll", () => requestAnimationFrame(drawRows), { passive: true });
    grid.addEventListener("keydown", press);
    grid.addEventListener("focus", () => !current() && rows.length && activate(rows[0].key));
    place.replaceChildren(grid);
    parts = { grid, body, space, heads };
  }

  function cellsOf(row) {
    const number = (name) =>
      make("span", { class: "files-cell number", role: "gridcell", "data-name": name, text: row[name] === null ? "" : format.integer(row[name]) });
    const cut = row.path.lastIndexOf("/") + 1;
    const name = [make("span", { class: "quiet", text: row.path.slice(0, cut) }), row.path.slice(cut)];
    const run = tb.live.runs.get(row.id);
    const link = row.id !== null && make("a", { href: "#", tabindex: "-1", "data-act": "run-open", "data-run": row.id }, make("bdi", {}, ...name));
    const path = link ? [run ? tb.runs.swatch(run) : null, link] : [make("span", { class: "files-skipped" }, make("bdi", {}, ...name))];
    const what = row.problem_count
      ? make("button", { type: "button", tabindex: "-1", class: "files-what warning", "data-act": "files-details", "data-key": row.key, text: `⚠ ${row.what}` })
      : make("span", { class: "files-what quiet", text: row.what });
    return [
      make("span", { class: "files-cell files-path", role: "gridcell", title: row.place }, ...path),
      make("span", { class: "files-cell", role: "gridcell", text: row.format || "skipped" }),
      ...["files", "tags", "points"].map(number),
      make("span", { class: "files-cell", role: "gridcell", title: row.what }, what),
    ];
  }

  function drawRow(row, place) {
    const slot = tb.live.runs.get(row.id)?.slot;
    const text = JSON.stringify([row.path, row.format, row.files, row.tags, row.points, row.what, slot]);
    let known = drawn.get(row.key);
    if (known?.text !== text) {
      const element = known?.element || make("div", { role: "row", "data-key": row.key });
      element.className = row.id === null ? "files-row files-none" : "files-row";
      element.replaceChildren(...cellsOf(row));
      drawn.set(row.key, (known = { element, text }));
    }
    known.element.style.transform = `translateY(${place * ROW_PX}px)`;
    known.element.id = `files-row-${place}`;
    known.element.setAttribute("aria-rowindex", place + 2);
    known.element.classList.toggle("active", row.key === active);
    return known.element;
  }

  function drawRows() {
    if (!parts) return;
    const { grid, body, space } = parts;
    const first = Math.max(0, Math.floor(body.scrollTop / ROW_PX) - BEYOND);
    const last = Math.min(rows.length, Math.ceil((body.scrollTop + body.clientHeight) / ROW_PX) + BEYOND);
    const wanted = rows.slice(first, last).map((row, i) => drawRow(row, first + i));
    for (const element of [...space.children]) if (!wanted.includes(element)) element.remove();
    for (const element of wanted) if (!element.isConnected) space.append(element);
    for (const [key, { element }] of drawn) if (!element.isConnected) drawn.delete(key);
    const at = rows.findIndex((row) => row.key === active);
    if (at >= first && at < last) grid.setAttribute("aria-activedescendant", `files-row-${at}`);
    else grid.removeAttribute("aria-activedescendant");
  }

  const current = () => rows.find((row) => row.key === active);

  function activate(key) {
    active = key;
    const at = rows.findIndex((row) => row.key === key);
    const { body } = parts;
    if (at * ROW_PX < body.scrollTop) body.scrollTop = at * ROW_PX;
    else if ((at + 1) * ROW_PX > body.scrollTop + body.clientHeight) body.scrollTop = (at + 1) * ROW_PX - body.clientHeight;
    drawRows();
  }

  function press(event) {
    if (event.target !== parts.grid && event.target !== parts.body) return undefined; // a heading's own keys
    const at = rows.findIndex((row) => row.key === active);
    const page = Math.max(1, Math.floor(parts.body.clientHeight / ROW_PX) - 1);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in moves && rows.length) {
      event.preventDefault();
      return activate(rows[Math.min(rows.length - 1, Math.max(0, at + moves[event.key]))].key);
    }
    if (event.key !== "Enter" || !current()) return undefined;
    event.preventDefault();
    return current().problem_count || current().id === null ? details(current()) : tb.view.set({ page: "run", run: current().id });
  }

  function details(row) {
    const copy = make("button", { type: "button", class: "button", "data-act": "copy", "data-copy": row.place, text: "copy path" });
    const content = [make("p", { class: "row" }, make("code", { text: row.place }), copy)];
    if (row.id === null) content.push(make("p", { text: row.what }));
    else {
      const open = make("button", { type: "button", class: "button", "data-act": "files-open", "data-run": row.id, text: "open the run" });
      const names = ["file", "first at", "what", "times"].map((text) => make("th", { scope: "col", text }));
      const lines = row.problems.map(({ path, where, what, count }) =>
        make("tr", {}, ...[path, where, what, format.integer(count)].map((text) => make("td", { text }))),
      );
      content.push(
        make("p", { class: "quiet", text: `${row.format} format. What is listed could not be read and was left out; all the rest was read.` }),
        make("table", { class: "problems" }, make("thead", {}, make("tr", {}, ...names)), make("tbody", {}, ...lines)),
        make("p", {}, open),
      );
    }
    tb.dialog(row.path, ...content);
  }

  /* Words where there are no rows: still looking, nothing there, nothing passes, no answer. */
  function words() {
    const { told } = files;
    if (told.error && !told.loaded) return told.error;
    if (!told.loaded || (!files.size() && !tb.live.state.ready)) return `Looking into ${tb.known.logdirs.join(", ")}…`;
    if (!files.size()) return `There is no file yet in ${tb.known.logdirs.join(", ")}. What comes appears here by itself.`;
    return rows.length ? "" : "No file passes these filters.";
  }

  function offerFormats() {
    const data = [{ value: "all", label: "all formats" }];
    for (const [name, count] of files.formats()) data.push({ value: name, label: `${name} (${count})` });
    if (JSON.stringify(data) === offered) return;
    offered = JSON.stringify(data);
    dash_clientside.set_props({ control: "files_format" }, { data });
  }

  function draw() {
    if (!files.onPage() || !document.getElementById("files-table")) return;
    if (!parts) build();
    rows = files.rows();
    const said = words();
    const place = document.getElementById("files-words");
    place.hidden = !said;
    place.textContent = said;
    parts.grid.hidden = Boolean(said);
    document.getElementById("files-about").textContent = files.told.loaded ? files.about(rows.length) : "";
    parts.space.style.height = `${rows.length * ROW_PX}px`;
    parts.grid.setAttribute("aria-rowcount", rows.length + 1);
    const { files_sort: sort } = tb.view.get();
    for (const head of parts.heads) {
      const isBy = sort.replace("-", "") === head.dataset.name;
      head.setAttribute("aria-sort", isBy ? (sort.startsWith("-") ? "descending" : "ascending") : "none");
    }
    offerFormats();
    drawRows();
  }

  Object.assign(tb.actions, {
    "files-sort"(button) {
      const { name } = button.dataset;
      const down = ["files", "tags", "points"].includes(name) ? "-" : ""; // the largest first
      const turned = down ? name : "-" + name;
      tb.view.set({ files_sort: tb.view.get().files_sort === down + name ? turned : down + name });
    },
    "files-details": (button) => details(rows.find((row) => row.key === button.dataset.key)),
    "files-open"(button) {
      tb.closeDialog();
      tb.view.set({ page: "run", run: button.dataset.run });
    },
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.(".files-space > .files-row");
    if (row) activate(row.dataset.key);
  });
  tb.view.onChange((view, changed) => changed.some((name) => name === "page" || name.startsWith("files_")) && draw());
  tb.live.on("runs", draw);
  addEventListener("resize", drawRows);
  files.changed = draw;
})(window.tailboard);
