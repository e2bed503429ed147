/* The embeddings page: clouds of the picked runs at one step under one camera, and all that is told of their points. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const P = tb.projector;
  const MOST_CLOUDS = 4;
  const MOST_COLUMNS = 8; // of metadata in the tooltip
  const PICTURE_PX = 112;
  const GAP_PX = 14; // between pointer and tooltip
  const NO_POINTS = [];
  const NOTHING = { run: "", points: null, rows: NO_POINTS, places: NO_POINTS };
  const clouds = new Map(); // run id -> Cloud
  let frame = 0;
  let stepper = null;
  let active = ""; // the run whose points are listed
  let told = null; // the point that the tooltip speaks of: {cloud, place, x, y}
  let selection = NOTHING;

  const view = () => tb.view.get();
  const onPage = () => view().page === "embeddings";
  const overlay = () => document.getElementById("overlay");

  const page = { view, camera: new P.Camera(), hover, point, choose, select, fit, turned, pictured, redraw: later };

  const tags = () => tb.live.tags().filter((entry) => entry.kind === "embedding");
  const entryNow = () => tags().find((entry) => entry.tag === view().embedding_tag) || tags()[0];
  const runsOf = (entry) => tb.live.picked().filter((id) => entry.runs.includes(id));

  function stepsOfAll() {
    const entry = entryNow();
    const lists = entry ? runsOf(entry).slice(0, MOST_CLOUDS).map((run) => tb.media.list(run, entry.tag)) : [];
    return [...new Set(lists.flatMap((list) => list.steps))].sort((a, b) => a - b);
  }

  function later() {
    if (frame || !onPage()) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      if (onPage()) render();
    });
  }

  function render() {
    const place = document.getElementById("projector-clouds");
    if (!place || !tb.live.state.ready) return;
    const entry = entryNow();
    const runs = entry ? runsOf(entry) : [];
    if (!runs.length) return nothing(place);
    layOut(place, runs.slice(0, MOST_CLOUDS), runs.length, entry);
    const questions = [...clouds.values()].map((cloud) => showCloud(cloud, entry.tag)).filter(Boolean);
    P.data.look(questions);
    for (const cloud of clouds.values()) dress(cloud, entry.tag);
    const listed = clouds.get(active)?.ready ? clouds.get(active) : [...clouds.values()].find((cloud) => cloud.ready);
    P.showHow(listed?.answer.explained || null, clouds.size > 1 && listed ? ` of ${tb.runs.title(listed.run).split("/").at(-1)}` : "");
    P.showSide(page, [...clouds.values()].filter((cloud) => cloud.ready), listed);
    const from = clouds.get(selection.run);
    P.showTable(page, from, from?.ready ? selection.places : NO_POINTS);
    stepper.show();
    place.dataset.tool = view().embedding_tool;
  }

  /* No picked run has an embedding: say how to log one. */
  function nothing(place) {
    for (const run of [...clouds.keys()]) forget(run);
    for (const name of ["how", "side"]) document.getElementById(`projector-${name}`).hidden = true;
    document.getElementById("projector-table").replaceChildren();
    document.getElementById("projector-tags").replaceChildren();
    document.getElementById("projector-steps").replaceChildren();
    stepper?.drop();
    stepper = null;
    const words = "Log the vectors of a few hundred to some thousand examples now and then, such as a layer's output for the validation set:";
    const lines = ['run.log_embedding("val/features", vectors, step=step, metadata=labels, images=images)', "writer.add_embedding(vectors, labels, images, step)  # SummaryWriter"];
    place.replaceChildren(tb.nothing.runs() ?? tb.nothing.logged("The picked runs have logged no embeddings", words, ...lines));
  }

  function layOut(place, runs, count, entry) {
    for (const run of [...clouds.keys()]) if (!runs.includes(run)) forget(run);
    for (const run of runs) if (!clouds.has(run)) clouds.set(run, new P.Cloud(run, page));
    const more = count > runs.length ? [make("p", { class: "quiet clouds-more", text: `${runs.length} of ${count} picked runs are shown; pick fewer to see others.` })] : [];
    const wanted = [...runs.map((run) => clouds.get(run).element), ...more];
    const same = wanted.length === place.children.length && runs.every((run, i) => place.children[i] === clouds.get(run).element);
    if (!same) place.replaceChildren(...wanted);
    place.style.setProperty("--clouds", Math.min(2, runs.length));
    place.classList.toggle("two", runs.length === 2);
    place.classList.toggle("many", runs.length > 2);
    showTags(entry);
    if (!stepper) {
      stepper = new tb.steps.Stepper(null);
      document.getElementById("projector-steps").replaceChildren(stepper.element);
    }
  }

  function showTags(entry) {
    const place = document.getElementById("projector-tags");
    const names = tags().map(({ tag }) => tag);
    const key = JSON.stringify([names, entry.tag]);
    if (place.dataset.is === key && place.firstChild) return;
    place.dataset.is = key;
    place.replaceChildren(P.select("Embedding", names.map((name) => [name, name]), entry.tag, (tag) => tb.view.set({ embedding_tag: tag })));
  }

  function forget(run) {
    clouds.get(run).drop();
    clouds.delete(run);
  }

  /* Give a cloud what is known at the chosen step; returns what it asks about. */
  function showCloud(cloud, tag) {
    const list = tb.media.want(cloud.run, tag);
    const wanted = tb.steps.chosen(null);
    const { step, items } = tb.media.at(list, wanted);
    const item = items.at(-1);
    const told = { item, step, wanted };
    if (!item) return void cloud.show({ ...told, words: said(list.loaded ? `Nothing up to step ${format.integer(wanted ?? 0)}.` : list.error) });
    const points = P.data.points(cloud.run, tag, item.at, `${item.step} ${item.wall_time} ${item.src}`);
    if (!points.ready) return void waitOr(cloud, told, points.error);
    if (!points.info.points) return void cloud.show({ ...told, points, words: said("None of its points is finite.") });
    let question = null;
    try {
      question = P.question(cloud.run, tag, item, points);
    } catch (mistaken) {
      return void cloud.show({ ...told, points, words: said(mistaken.message) });
    }
    const answer = P.data.coordinates(question);
    const words = P.data.isMap(question) ? P.jobWords(question, answer, { points, step }) : said(answer.error);
    if (!answer.ready && !words) {
      waitOr(cloud, told, "");
      return question;
    }
    let columns = null;
    if (answer.ready && answer.columns[0]?.length === points.info.points) {
      const drawn = P.drawn(question, answer);
      columns = P.aligned(cloud, [...clouds.values()][0], question, drawn.columns);
      cloud.axes = drawn.axes;
    }
    cloud.show({ ...told, points, answer, columns, question, words });
    return question;
  }

  /* While the next step is on its way the last one stays in sight. */
  function waitOr(cloud, told, error) {
    if (error || !cloud.ready) cloud.show({ ...told, words: said(error) });
  }

  const said = (words) => (words ? make("p", { class: "cell-words", text: words, "data-is": words }) : null);

  /* Colours, what is found, chosen, near and selected. */
  function dress(cloud, tag) {
    if (!cloud.ready) return;
    const { columns, info } = cloud.points;
    const theme = themeNow();
    const column = P.columnOf(columns, view().embedding_colour);
    if (cloud.coloured?.column !== column || cloud.coloured.theme !== theme || cloud.coloured.n !== info.points) {
      cloud.coloured = { column, theme, n: info.points, colours: P.colouring(column, info.points, theme) };
    }
    const { colours } = cloud.coloured;
    const off = colours.entries.map((entry) => view().embedding_off.includes(entry.name) && colours.column !== "" && !colours.range);
    const { found, count } = P.search(columns, info.points, view().embedding_search, view().embedding_column);
    const row = view().embedding_point === "" ? -1 : Number(view().embedding_point);
    const chosen = cloud.placeOf(row);
    cloud.neighbours = chosen < 0 ? null : P.data.neighbours(cloud.run, tag, cloud.question.at, { point: chosen, k: view().embedding_near, metric: view().embedding_metric, sphere: view().embedding_sphere });
    cloud.look = { colours, theme, off, found, count, chosen, axes: cloud.axes, lit: found ?? litBy(selectedIn(cloud), info.points) };
    cloud.look.near = cloud.neighbours?.ready ? cloud.neighbours.points : NO_POINTS;
    cloud.look.labelled = found && count ? firstOf(found) : NO_POINTS;
    Object.assign(cloud.look, { labels: view().embedding_labels, pictures: view().embedding_pictures });
    cloud.draw();
  }

  /* What is selected are rows: at another step, or of a run that lost some, they may have other places. */
  function selectedIn(cloud) {
    if (!selection.rows.length) return NO_POINTS;
    const places = () => selection.rows.map((row) => cloud.placeOf(row)).filter((place) => place >= 0);
    if (selection.run !== cloud.run) return places();
    if (selection.points !== cloud.points) Object.assign(selection, { points: cloud.points, places: places() });
    return selection.places;
  }

  /* What is selected stands out as what was found does. */
  function litBy(places, n) {
    if (!places.length) return null;
    const lit = new Uint8Array(n);
    for (const place of places) lit[place] = 1;
    return lit;
  }

  function firstOf(found) {
    const places = [];
    for (let place = 0; place < found.length && places.length < 60; place += 1) if (found[place]) places.push(place);
    return places;
  }

  let theme = null;
  function themeNow() {
    theme = theme || P.theme();
    return theme;
  }

  function turned() {
    for (const cloud of clouds.values()) cloud.draw();
  }

  function fit() {
    page.camera.fit();
    turned();
  }

  /* The point under the pointer is ringed in every cloud that has its row. */
  function hover(cloud, place, x, y) {
    if (place === cloud.hovered && place < 0) return;
    point(cloud, place);
    cloud.canvas.classList.toggle("on-point", place >= 0);
    if (place < 0) {
      if (overlay().firstChild?.owner === page) overlay().replaceChildren();
      return;
    }
    tell(cloud, place, x, y);
  }

  function point(cloud, place) {
    const row = place < 0 ? -1 : cloud.rowOf(place);
    for (const other of clouds.values()) {
      if (!other.ready) continue;
      const at = other === cloud ? place : row < 0 ? -1 : other.placeOf(row);
      if (at === other.hovered) continue;
      other.hovered = at;
      other.mark();
    }
  }

  /* The pictures of a cloud have arrived: the one that is pointed at gets its own. */
  function pictured(cloud) {
    later();
    if (told?.cloud === cloud && overlay().firstChild?.owner === page) tell(cloud, told.place, told.x, told.y);
  }

  function tell(cloud, place, x, y) {
    told = { cloud, place, x, y };
    const row = (name, text) => make("div", {}, make("span", { class: "quiet", text: name }), make("span", { class: "told", text }));
    const columns = cloud.points.columns.slice(0, MOST_COLUMNS).map((column) => row(column.name, P.cell(column.values[place])));
    const picture = cloud.pictureOf(place, PICTURE_PX);
    const tooltip = make("div", { class: "tooltip projector-tooltip" }, ...(picture ? [picture] : []), make("strong", { text: cloud.labelOf(place) }), row("row", format.integer(cloud.rowOf(place))), ...columns);
    tooltip.owner = page;
    overlay().replaceChildren(tooltip);
    const { offsetWidth: width, offsetHeight: height } = tooltip;
    const left = x + GAP_PX + width > innerWidth - 8 ? x - GAP_PX - width : x + GAP_PX;
    tooltip.style.transform = `translate(${Math.max(8, left)}px, ${Math.min(Math.max(8, y - height / 2), innerHeight - height - 8)}px)`;
  }

  function choose(cloud, place) {
    active = cloud.run;
    tb.view.set({ embedding_point: place < 0 ? "" : String(cloud.rowOf(place)) });
    later();
  }

  function select(cloud, places, adds) {
    const all = adds && selection.run === cloud.run ? [...new Set([...selection.places, ...places])] : places;
    active = cloud.run;
    selection = all.length ? { run: cloud.run, points: cloud.points, places: all, rows: all.map((place) => cloud.rowOf(place)) } : NOTHING;
    later();
  }

  tb.view.onChange((changed, names) => {
    if (names.some((name) => ["page", "runs", "image_step"].includes(name) || name.startsWith("embedding_"))) later();
    if (names.some((name) => ["embedding_method", "embedding_dims", "embedding_tag"].includes(name))) page.camera.fit();
    if (names.includes("page") && overlay()?.firstChild?.owner === page) overlay().replaceChildren();
  });
  tb.live.on("tags", later);
  tb.live.on("runs", later);
  tb.media.onList(later);
  P.data.onNews(later);
  addEventListener("resize", later);
  document.addEventListener("tb-theme", () => {
    theme = null;
    later();
  });
  Object.assign(tb.actions, {
    "projector-fit": fit,
    "projector-let-go": () => tb.view.set({ embedding_point: "" }),
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !onPage() || !selection.rows.length) return;
    if (event.target.matches("input, textarea, select") || document.querySelector(".dialog")) return;
    select([...clouds.values()][0], [], false);
  });
  tb.keys.extra.push(["arrows + − 0", "embeddings: turn, enlarge and fit the focused cloud; Shift moves it"]);
  tb.steps.pages.embeddings = stepsOfAll;
})(window.tailboard);
