/* Beside the clouds: colours and their legend, search, the chosen point and its neighbours, downloads. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const P = tb.projector;
  const MOST_FOUND = 30;
  const PICTURE_PX = 96;
  const SMALL_PX = 22;
  const NEAR = [5, 10, 25, 50, 100];
  const parts = {};

  const view = () => tb.view.get();
  const section = (title, ...content) => make("section", { class: "side-part" }, make("h2", { text: title }), ...content);

  function build(place) {
    parts.colour = make("div", {});
    parts.legend = make("div", { class: "legend" });
    parts.search = make("input", { class: "select", type: "text", placeholder: "Search or /regex/", "aria-label": "Search points", autocomplete: "off", "data-field": "embedding_search" });
    parts.search.addEventListener("input", () => {
      clearTimeout(parts.timer);
      parts.timer = setTimeout(() => tb.view.set({ embedding_search: parts.search.value }), 150);
    });
    parts.column = make("span", {});
    parts.found = make("div", { class: "found" });
    parts.point = make("div", { class: "point" });
    parts.files = make("div", { class: "row" });
    place.replaceChildren(
      section("Colour", parts.colour, parts.legend),
      section("Search", make("div", { class: "row" }, parts.search, parts.column), parts.found),
      section("Point", parts.point),
      section("Download", parts.files),
    );
    parts.place = place;
  }

  /** Show what belongs to these clouds; `active` is the one whose points are listed. */
  P.showSide = function (page, clouds, active) {
    const place = document.getElementById("projector-side");
    if (!parts.place) build(place);
    place.hidden = false;
    place.classList.toggle("waiting", !active); // its room is kept, or the clouds would jump
    if (!active) return;
    showColours(active);
    showSearch(page, active);
    showPoint(page, clouds, active);
    showFiles(active);
  };

  /* Build a part anew only where something in it changed, so that focus and scrolling stay. */
  function renew(part, key, content) {
    if (part.dataset.is === key) return;
    part.dataset.is = key;
    const focus = part.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    part.replaceChildren(...content());
    if (focus) part.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
  }

  function showColours({ points: { columns }, look: { colours, theme } }) {
    const names = columns.map((column) => column.name);
    renew(parts.colour, JSON.stringify([names, colours.column]), () => [
      P.select("Colour by", [[P.NO_COLOUR, "one colour"], ...names.map((name) => [name, name])], colours.column || P.NO_COLOUR, (name) => tb.view.set({ embedding_colour: name, embedding_off: [] })),
    ]);
    const off = view().embedding_off;
    const key = JSON.stringify([colours.column, colours.range, colours.entries.map(({ name, count, rgb }) => [name, count, rgb]), off, theme.paper]);
    renew(parts.legend, key, () => (colours.range ? scale(colours) : colours.column ? classes(colours, off) : []));
  }

  function scale({ range, entries }) {
    const bar = make("div", { class: "scale-bar", role: "img", "aria-label": `From ${format.number(range.low)} to ${format.number(range.high)}` });
    bar.style.background = `linear-gradient(90deg, ${entries.slice(0, -1).map(({ rgb }) => `rgb(${rgb.join(" ")})`).join(", ")})`;
    return [bar, make("div", { class: "scale-ends" }, make("span", { text: format.number(range.low) }), make("span", { text: format.number(range.high) }))];
  }

  function classes({ entries }, off) {
    return entries.map(({ name, count, rgb, shape, of }) => {
      const shown = !off.includes(name);
      const sign = make("span", { class: `sign ${P.SHAPES[shape]}` });
      sign.style.background = `rgb(${rgb.join(" ")})`;
      const words = of ? `${name}: ${format.integer(of)} more` : name || "(empty)";
      const hint = "Draw these or not; with Shift these alone";
      const button = make("button", { class: "legend-entry", type: "button", "aria-pressed": String(shown), title: hint, "data-key": name }, sign, make("span", { class: "legend-name", text: words }), make("span", { class: "quiet", text: format.integer(count) }));
      button.addEventListener("click", (event) => {
        const others = entries.map((entry) => entry.name).filter((other) => other !== name);
        const alone = event.shiftKey && !(off.length === others.length && shown);
        tb.view.set({ embedding_off: event.shiftKey ? (alone ? others : []) : shown ? [...off, name] : off.filter((other) => other !== name) });
      });
      return button;
    });
  }

  function showSearch(page, cloud) {
    if (document.activeElement !== parts.search) parts.search.value = view().embedding_search;
    const names = cloud.points.columns.map((column) => column.name);
    renew(parts.column, JSON.stringify([names, view().embedding_column]), () => [
      P.select("Search in", [["", "all columns"], ...names.map((name) => [name, name])], view().embedding_column, (name) => tb.view.set({ embedding_column: name })),
    ]);
    const { found, labelled } = cloud.look;
    const first = labelled.slice(0, MOST_FOUND);
    renew(parts.found, JSON.stringify([found ? cloud.look.count : null, cloud.run, first.map((place) => cloud.labelOf(place))]), () => {
      if (!found) return [];
      const head = make("div", { class: "row quiet" }, make("span", { text: `${format.integer(cloud.look.count)} found` }), selectAll(page, cloud));
      return [head, ...first.map((place) => pointButton(page, cloud, place))];
    });
  }

  function selectAll(page, cloud) {
    const button = make("button", { class: "button small", type: "button", text: "as table", title: "List what was found below the clouds" });
    button.disabled = !cloud.look.count;
    button.addEventListener("click", () => page.select(cloud, P.placesFound(cloud), false));
    return button;
  }

  function pointButton(page, cloud, place, distance, share) {
    const picture = cloud.pictureOf(place, SMALL_PX) || "";
    const button = make("button", { class: "point-button", type: "button", "data-key": `${cloud.run} ${place}` }, picture, make("span", { class: "legend-name", text: cloud.labelOf(place) }));
    if (distance !== undefined) {
      const bar = make("span", { class: "distance-bar" });
      bar.style.width = `${Math.round(100 * share)}%`;
      button.append(make("span", { class: "distance" }, bar), make("span", { class: "quiet", text: format.number(distance) }));
    }
    button.addEventListener("click", () => page.choose(cloud, place));
    button.addEventListener("pointerenter", () => page.point(cloud, place));
    button.addEventListener("pointerleave", () => page.point(cloud, -1));
    button.addEventListener("focus", () => page.point(cloud, place));
    button.addEventListener("blur", () => page.point(cloud, -1));
    return button;
  }

  function showPoint(page, clouds, active) {
    const { chosen } = active.look;
    const heard = clouds.map(({ run, neighbours, step, look }) => [run, step, look.chosen, neighbours?.ready, neighbours?.error, neighbours?.key]);
    const pictured = Boolean(active.sprite?.image);
    renew(parts.point, JSON.stringify([active.run, chosen, pictured, view().embedding_metric, view().embedding_near, heard]), () => {
      if (chosen < 0) return [make("p", { class: "quiet", text: "Click a point, or one that was found, to see what is near it." })];
      const rows = active.points.columns.map((column) => make("tr", {}, make("th", { text: column.name }), make("td", { text: P.cell(column.values[chosen]) })));
      const picture = active.pictureOf(chosen, PICTURE_PX);
      const off = make("button", { class: "button small", type: "button", text: "let go", "data-act": "projector-let-go", "data-key": "off" });
      return [
        ...(picture ? [picture] : []),
        make("table", { class: "point-facts" }, make("tbody", {}, make("tr", {}, make("th", { text: "row" }), make("td", { text: format.integer(active.rowOf(chosen)) })), ...rows)),
        make("div", { class: "row" }, ...nearControls(), off),
        ...clouds.flatMap((cloud) => nearOf(page, cloud, clouds.length > 1)),
      ];
    });
  }

  function nearControls() {
    const metric = P.select("Distance", [["cosine", "cosine"], ["euclidean", "Euclidean"]], view().embedding_metric, (value) => tb.view.set({ embedding_metric: value }));
    const many = P.select("How many neighbours", NEAR.map((k) => [String(k), `${k} nearest`]), String(view().embedding_near), (value) => tb.view.set({ embedding_near: Number(value) }));
    metric.dataset.key = "metric";
    many.dataset.key = "many";
    return [metric, many];
  }

  function nearOf(page, cloud, titled) {
    const { neighbours, look } = cloud;
    const title = titled ? [make("h3", { text: tb.runs.title(cloud.run).split("/").at(-1) })] : [];
    if (look.chosen < 0) return [...title, make("p", { class: "quiet", text: "This point is not among those of this run." })];
    if (neighbours?.error) return [...title, make("p", { class: "cell-error", text: neighbours.error })];
    if (!neighbours?.ready) return [...title, make("p", { class: "quiet", text: "…" })];
    const most = Math.max(...neighbours.distances, 1e-30);
    return [...title, ...neighbours.points.map((place, i) => pointButton(page, cloud, place, neighbours.distances[i], neighbours.distances[i] / most))];
  }

  function showFiles(cloud) {
    renew(parts.files, JSON.stringify(cloud.question), () =>
      [["csv", "CSV"], ["tsv", "TSV"], ["npy", "NPY"]].map(([form, words]) => {
        const hint = form === "npy" ? "Coordinates of all points of this run, as a NumPy array" : "Metadata and coordinates of all points of this run";
        const button = make("button", { class: "button", type: "button", text: words, title: hint, "data-key": form });
        button.addEventListener("click", () => P.data.download(cloud.question, form));
        return button;
      }),
    );
  }

  /** A value of metadata as it is shown. */
  P.cell = (value) => (typeof value === "number" ? (Number.isInteger(value) ? format.integer(value) : format.number(value)) : value);
})(window.tailboard);
