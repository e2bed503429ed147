/* The graph page: whose graph, at which step; the drawing or the table, what is chosen, and the search. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const { Model, Scene, View, Panel, Table } = tb.graphs;
  const MOST_OPEN = 60; // boxes, since they stand in the address
  const MOST_BOXES = 1500; // drawn at once
  const MOST_MODELS = 6; // kept
  const AGAIN_AFTER_MS = 5000; // what could not be had
  const USUAL = ["graph", "keras", "__run_graph__"]; // tags to begin with
  const models = new Map(); // run, tag, place -> {model, error}, the newest last
  const HOW = ["run.log_graph(model, inputs)  # tailboard", "writer.add_graph(model, inputs)  # torch.utils.tensorboard, tensorboardX"].join("\n");
  let frame = 0;
  let shown = null; // {model, open, mode} that stands there
  let stepper = null;
  let parts = null;

  const onPage = () => tb.view.get().page === "graph";
  const isGraph = (entry) => entry.kind === "graph";

  /* --- whose graph --- */

  /** The picked runs that logged graphs, with their tags. */
  function logged() {
    const entries = tb.live.tags().filter(isGraph);
    return tb.live.picked().map((run) => ({ run, tags: entries.filter((entry) => entry.runs.includes(run)).map(({ tag }) => tag) })).filter(({ tags }) => tags.length);
  }

  function subject() {
    const all = logged();
    const { graph_run: run, graph_tag: tag } = tb.view.get();
    const one = all.find((other) => other.run === run) || all[0];
    const usual = one && USUAL.find((name) => one.tags.includes(name));
    return one ? { all, run: one.run, tags: one.tags, tag: one.tags.includes(tag) ? tag : usual || one.tags[0] } : null;
  }

  /** The model to show, or words in its place. */
  function wanted({ run, tag }) {
    const list = tb.media.want(run, tag);
    const { step, items } = tb.media.at(list, tb.steps.chosen(null));
    const first = list.steps[0];
    const item = step === null ? list.groups.get(first)?.at(-1) : items.at(-1); // before the first there is none: it holds for all steps
    if (!item) return { words: list.error || (list.loaded ? "Nothing logged yet." : ""), error: Boolean(list.error) };
    const key = [run, tag, item.at, item.step, item.wall_time].join("\n");
    if (!models.has(key)) load(key, { run, tag, at: item.at });
    return models.get(key);
  }

  async function load(key, question, words = "") {
    const one = { model: null, words, error: Boolean(words) };
    models.set(key, one);
    if (models.size > MOST_MODELS) models.delete(models.keys().next().value);
    try {
      one.model = new Model(await tb.wire.get("graph?" + new URLSearchParams(question)));
      one.model.key = key;
    } catch (failure) {
      Object.assign(one, { words: failure.message, error: true });
      setTimeout(() => again(key, question, failure.message), AGAIN_AFTER_MS);
    }
    later();
  }

  /* What could not be had is asked for again while somebody looks at it. */
  function again(key, question, words) {
    models.delete(key);
    const about = onPage() && subject();
    if (about && about.run === question.run && about.tag === question.tag) load(key, question, words);
  }

  /* --- what is chosen and open --- */

  const act = {
    choose(id) {
      tb.view.set({ graph_chosen: id, graph_open: kept([...shown.open]) });
    },
    hover() {},
    toggle(id) {
      const item = shown?.model.items.get(id);
      if (!item?.items.length || item === shown.model.root) return;
      const open = new Set(shown.open);
      if (open.has(id)) [...open].filter((other) => other === id || shown.model.around(shown.model.items.get(other)).includes(item)).forEach((other) => open.delete(other));
      else open.add(id);
      if (new Scene(shown.model, open).boxes.length > MOST_BOXES) return tb.toast(`That would be more than ${format.integer(MOST_BOXES)} boxes at once: close others first.`);
      shown.anchor = id;
      tb.view.set({ graph_chosen: id, graph_open: kept([...open]) });
    },
    fold(id) {
      const { graph_shut: shut } = tb.view.get();
      tb.view.set({ graph_chosen: id, graph_shut: shut.includes(id) ? shut.filter((other) => other !== id) : kept([...shut, id]) });
    },
  };

  const kept = (ids) => ids.slice(-MOST_OPEN);

  /** The open boxes: those that were opened, and those around what is chosen. */
  function openOf(model) {
    const { graph_open: ids, graph_chosen: chosen } = tb.view.get();
    const open = ids.filter((id) => model.items.get(id)?.items.length);
    const item = model.items.get(chosen);
    return new Set([...open, ...(item ? model.around(item).map((one) => one.id) : [])]);
  }

  /* --- search --- */

  /** Ids of what matches, in order; null where nothing is searched for. */
  function search(model, text = tb.view.get().graph_find) {
    if (!text.trim()) return null;
    if (model.search?.words === text) return model.search;
    const match = tb.matcher(text);
    const found = new Set();
    const look = (item) => {
      if (item !== model.root && item.kind !== "group" && match(`${item.kind === "op" ? item.name : item.id} ${item.what}`)) found.add(item.id);
      item.items.forEach(look);
    };
    look(model.root);
    if (tb.view.get().graph_mode === "table") model.rows.forEach((row) => row.place && match(`${row.id} ${row.what}`) && found.add(row.id));
    found.words = text;
    model.search = found;
    return found;
  }

  function goOn(text, by) {
    if (!shown) return;
    const isRow = (id) => shown.mode !== "table" || shown.model.items.get(id)?.kind === "module" || !id.startsWith("#");
    const ids = [...(search(shown.model, text) || [])].filter(isRow);
    if (!ids.length) return;
    const at = ids.indexOf(tb.view.get().graph_chosen);
    const id = ids[at < 0 ? (by > 0 ? 0 : ids.length - 1) : (at + by + ids.length) % ids.length];
    tb.view.set({ graph_chosen: id });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.('input[data-field="graph_find"]')) return;
    event.preventDefault();
    goOn(event.target.value, event.shiftKey ? -1 : 1);
  });

  function sayFound(found, chosen) {
    const ids = found ? [...found] : [];
    const at = ids.indexOf(chosen);
    const words = !found ? "" : ids.length ? `${at < 0 ? "" : `${format.integer(at + 1)} of `}${format.integer(ids.length)} found` : "nothing found";
    const place = document.getElementById("graph-found");
    if (place.textContent !== words) place.textContent = words;
  }

  /* --- the page --- */

  function build(place) {
    const view = new View(act);
    const table = new Table(act);
    const panel = new Panel((id) => act.choose(id));
    parts = { view, table, panel, words: make("p", { class: "empty" }), main: make("div", { class: "graph-main" }) };
    parts.main.append(view.element, table.element, panel.element);
    place.replaceChildren(parts.main);
  }

  function render() {
    frame = 0;
    const place = document.getElementById("graph");
    if (!place || !onPage()) return;
    const about = subject();
    showBar(about);
    if (!about) {
      shown = null;
      place.replaceChildren(empty());
      return;
    }
    if (!parts) build(place);
    const one = wanted(about);
    if (!one.model) {
      shown = null;
      parts.words.textContent = one.words || "Reading the graph…";
      parts.words.classList.toggle("cell-error", Boolean(one.error));
      tb.setChildren(place, [parts.words]);
      return;
    }
    tb.setChildren(place, [parts.main]);
    show(one.model);
  }

  function show(model) {
    const { graph_mode: mode, graph_chosen: chosen, graph_shut: shut } = tb.view.get();
    const { view, table, panel } = parts;
    const found = search(model);
    const isTable = mode === "table";
    const item = model.items.get(chosen) || model.rows.find((row) => row.id === chosen);
    const before = shown;
    shown = { model, open: openOf(model), mode };
    view.element.hidden = isTable;
    table.element.hidden = !isTable;
    if (isTable) {
      const around = new Set(item ? [item.parent, ...model.around(item)].filter(Boolean).map((one) => one.id) : []);
      table.show(model, new Set(shut.filter((id) => !around.has(id))), chosen, found);
      if (chosen !== "" && (before?.chosen !== chosen || before.mode !== mode)) table.reveal(chosen);
    } else draw(model, before, chosen, found);
    panel.show(model, item);
    sayFound(found, chosen);
    Object.assign(shown, { chosen, isTable });
  }

  function draw(model, before, chosen, found) {
    const { view } = parts;
    const open = JSON.stringify([...shown.open].sort());
    const same = view.model === model && view.open === open;
    if (!same) {
      let scene = new Scene(model, shown.open);
      if (scene.boxes.length > MOST_BOXES) scene = new Scene(model, new Set()); // an address by hand
      const isNew = view.model !== model;
      Object.assign(view, { model, open });
      view.show(scene, isNew ? null : before?.anchor ?? before?.chosen ?? null);
      view.svg.setAttribute("aria-label", `Graph of ${model.root.name}: arrows move, Enter opens and closes, + - 0 zoom`);
      if (isNew) view.begin();
    }
    view.settle();
    view.mark(chosen, found);
    if (chosen !== "" && (before?.chosen !== chosen || before.mode !== shown.mode)) view.reveal(chosen);
  }

  function showBar(about) {
    const place = document.getElementById("graph-runs");
    const key = JSON.stringify([about?.run, about?.tag, about?.tags, about?.all.map(({ run }) => [run, tb.runs.title(run), tb.live.runs.get(run).slot])]);
    if (place.dataset.key !== key) {
      place.dataset.key = key;
      place.replaceChildren(...(about ? [...about.all.map(({ run }) => runButton(run, run === about.run)), tagChoice(about)].filter(Boolean) : []));
    }
    const steps = document.getElementById("graph-steps");
    if (!stepper) steps.append((stepper = new tb.steps.Stepper(null)).element);
    steps.hidden = stepsOf().length < 2;
    stepper.show();
  }

  function runButton(run, pressed) {
    const title = tb.runs.title(run);
    return make("button", { class: "toggle graph-run", type: "button", "data-act": "graph-run", "data-run": run, "aria-pressed": String(pressed), title: `The graph of ${title}` }, tb.runs.swatch(tb.live.runs.get(run)), make("span", { text: title.split("/").at(-1) }));
  }

  function tagChoice({ tags, tag }) {
    if (tags.length < 2) return null;
    const choice = make("select", { class: "button", "aria-label": "Which graph of the run" }, ...tags.map((name) => make("option", { value: name, text: name, selected: name === tag })));
    choice.addEventListener("change", () => tb.view.set({ graph_tag: choice.value }));
    return choice;
  }

  function empty() {
    const none = tb.nothing.runs();
    if (none) return none;
    return tb.nothing.logged("The picked runs have logged no graph", "Log the model once, with an input to see shapes; the training is not changed by it:", HOW);
  }

  function stepsOf() {
    const about = subject();
    return about ? tb.media.list(about.run, about.tag).steps : [];
  }

  function later() {
    if (!frame) frame = requestAnimationFrame(render);
  }

  tb.actions["graph-csv"] = () => shown && tb.saving.save(`${tb.saving.named(shown.model.root.name, "layers")}.csv`, tb.graphs.csv(shown.model));
  tb.actions["graph-run"] = ({ dataset: { run } }) => tb.view.set({ graph_run: run, graph_tag: tb.view.get().graph_tag });
  let searching = 0;
  tb.view.onChange((view, changed) => {
    if (!changed.some((name) => ["page", "runs", "image_step"].includes(name) || name.startsWith("graph_"))) return;
    later();
    if (changed.includes("graph_find") && !changed.includes("page")) {
      clearTimeout(searching);
      searching = setTimeout(() => shown && view.graph_find.trim() && !search(shown.model)?.has(view.graph_chosen) && goOn(view.graph_find, 1), 250);
    }
  });
  tb.live.on("tags", later);
  tb.live.on("runs", later);
  tb.media.onList(later);
  addEventListener("resize", later);
  tb.steps.pages.graph = stepsOf;
  tb.keys.extra.push(["↑ ↓ ← → Enter", "graph: from box to box, open or close it; + - 0 zoom, Shift and arrows move"]);
})(window.tailboard);
