/* The layers page: which tags and runs are shown, the legend, and the histogram of the cell that is open. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const LEGEND_PX = [220, 12];
  const WORDS = { std: "standard deviation", mean: "mean", norm: "norm", rms: "root mean square", zeros: "share of zeros", nonfinite: "share of non-finite", min: "smallest value", max: "largest value", absmax: "largest magnitude",
    grad_norm: "gradient norm", weight_norm: "weight norm", update_ratio: "update / weight", grad_zeros: "zeros in gradients", grad_nonfinite: "non-finite in gradients",
    weight_nonfinite: "non-finite in weights", activation_mean: "activation mean", activation_std: "activation deviation", activation_zeros: "zeros in activations", activation_nonfinite: "non-finite in activations" };
  const LEAST_PX = 320;
  const FOOT_PX = 12;
  let frame = 0;
  let isAnyWatched = false; // then heads have room for what was said of a run
  let parts = null;
  let rowsFor = { key: "", rows: [] };

  const onPage = () => tb.view.get().page === "layers";
  const statOf = ({ layers_stat: stat }) => (Object.hasOwn(WORDS, stat) ? stat : "std");

  /* Histograms by tag, or watched layers by name. */
  function tagsOf(stat) {
    if (!tb.layers.scale.isWatched(stat)) return tb.live.tags().filter((entry) => entry.kind === "histogram");
    const found = tb.live.tags().map((entry) => ({ ...entry, ...tb.layers.watched(entry.tag) }));
    return found.filter((entry) => entry.stat === stat).map((entry) => ({ ...entry, tag: entry.layer }));
  }

  function shownTags() {
    const match = tb.matcher(tb.view.get().layers_tags);
    return tagsOf(statOf(tb.view.get())).filter((entry) => match(entry.tag));
  }

  /* Where models were watched and no histograms logged, the page begins with what there is. */
  let proposed = false;
  function propose() {
    if (proposed || !tb.live.tags().length) return;
    proposed = true;
    if (statOf(tb.view.get()) === "std" && !tagsOf("std").length && tagsOf("grad_norm").length) tb.view.set({ layers_stat: "grad_norm" });
  }

  function runsOf(entries) {
    const logged = new Set(entries.flatMap((entry) => entry.runs));
    return tb.live.picked().filter((id) => logged.has(id));
  }

  function stepsOfAll() {
    const stat = statOf(tb.view.get());
    const all = new Set(runsOf(shownTags()).flatMap((run) => tb.layers.sheet(run, stat).data?.step || []));
    return [...all].sort((a, b) => a - b);
  }

  /* The cell whose histogram is beside: {run, tag}, null where none is. */
  function opened() {
    try {
      const [run, tag] = JSON.parse(tb.view.get().layers_open);
      return tb.live.runs.has(run) && typeof tag === "string" ? { run, tag } : null;
    } catch (none) {
      return null;
    }
  }

  const close = () => {
    tb.view.set({ layers_open: "" });
    parts.sheet.canvas.focus();
  };
  const choose = ({ tag, run, step, last }) => tb.view.set({ layers_open: JSON.stringify([run, tag]), image_step: last ? "" : String(step) });

  function build(place) {
    const scale = make("canvas", { class: "layers-scale", role: "img" });
    const [low, middle, high] = ["start", "middle", "end"].map((side) => make("span", { class: `layers-${side}` }));
    const ends = make("div", { class: "layers-ends quiet" }, low, middle, high);
    const note = make("span", { class: "layers-note quiet", role: "status" });
    const save = make("a", { class: "button layers-save", download: "", text: "CSV", title: "Download all numbers of all steps of these runs" });
    const sign = make("span", { class: "quiet", text: "× some values not finite" });
    const legend = make("div", { class: "layers-legend" }, make("span", { class: "layers-stat" }), make("div", {}, scale, ends), sign, note, save);
    const sheet = new tb.layers.Sheet(choose);
    const panel = new tb.layers.Panel(close);
    const main = make("div", { class: "layers-main" }, legend, sheet.element);
    parts = { scale, ends: [low, middle, high], note, save, legend, sheet, panel, main, stepper: new tb.steps.Stepper(null) };
    document.getElementById("layers-steps").append(parts.stepper.element);
    return place;
  }

  function later() {
    if (!frame) frame = requestAnimationFrame(render);
  }

  /* Sorted and grouped anew only where tags or folds changed. */
  function rowsOf(entries) {
    const view = tb.view.get();
    const key = JSON.stringify([entries.map(({ tag }) => tag), view.layers_folded, view.layers_except, view.layers_size]);
    if (rowsFor.key !== key) rowsFor = { key, rows: tb.layers.rowsOf(entries.map(({ tag }) => tag), view) };
    return rowsFor.rows;
  }

  function render() {
    frame = 0;
    const place = document.getElementById("layers");
    if (!place || !onPage()) return;
    if (!parts) build(place);
    propose();
    const entries = shownTags();
    const ids = runsOf(entries);
    showSave(ids);
    parts.save.hidden = tb.layers.scale.isWatched(statOf(tb.view.get())); // the table page has these
    parts.stepper.show();
    if (!entries.length || !ids.length) return tb.setChildren(place, [empty()]);
    const open = opened();
    if (parts.main.parentElement !== place) place.replaceChildren(parts.main);
    if (!open) parts.panel.element.remove();
    else if (!parts.panel.element.isConnected) place.append(parts.panel.element); // the sheet keeps its focus and scroll
    const view = tb.view.get();
    const stat = statOf(view);
    const runs = ids.map((id, i) => runState(id, i, stat));
    const step = tb.steps.chosen(null);
    const state = {
      runs, stat, step,
      isWatched: isAnyWatched,
      words: WORDS[stat],
      share: tb.layers.scale.isShare(stat),
      log: tb.layers.scale.isLog(stat, view.layers_log),
      perRow: view.layers_scale === "row",
      open: open && { key: open.tag, run: open.run, step: step ?? Infinity },
      theme: document.documentElement.dataset.theme,
    };
    const height = Math.max(LEAST_PX, innerHeight - (place.getBoundingClientRect().top + scrollY) - FOOT_PX);
    place.style.minHeight = `${height}px`;
    parts.sheet.show(rowsOf(entries), state, height - parts.legend.offsetHeight);
    showLegend(state);
    if (open) parts.panel.show(open, runs.find((run) => run.id === open.run)?.data, step, state);
    return undefined;
  }

  function runState(id, place, stat) {
    const sheet = tb.layers.want(id, stat);
    const { data, error } = sheet;
    const note = error || (!data ? "loading…" : data.unread ? `${format.integer(data.tags.length - data.unread)} of ${format.integer(data.tags.length)} tags read…` : "");
    return { id, place, data, note, error };
  }

  function showLegend({ stat, log, perRow, runs }) {
    const { sheet, scale, ends, note, legend } = parts;
    const limits = sheet.limits();
    tb.layers.paintLegend(scale, stat, ...LEGEND_PX);
    const words = perRow ? [tb.layers.scale.isSigned(stat) ? "below 0" : "row's lowest", tb.layers.scale.isSigned(stat) ? "0" : "", "row's highest"] : tb.layers.scale.endsOf(stat, limits, log);
    ends.forEach((end, i) => (end.textContent = words[i]));
    scale.setAttribute("aria-label", `Colours from ${words[0]} to ${words[2]}`);
    legend.firstChild.textContent = WORDS[stat] + (log ? ", log" : "");
    note.textContent = note.title = noteOf(stat, runs);
  }

  function noteOf(stat, runs) {
    const read = runs.filter((run) => run.data);
    const error = runs.find((run) => run.error)?.error || read.find((run) => run.data.message)?.data.message;
    if (error) return error;
    const lacking = read.filter((run) => run.data.unrecorded.size);
    if (lacking.length) return `Not recorded by ${lacking.length === 1 ? tb.runs.title(lacking[0].id) : `${lacking.length} of these runs`}: event files do not count ${stat === "zeros" ? "zeros" : "values that are not finite"}.`;
    if (stat === "update_ratio") return "About 1e−3 a step is healthy; under 1e−5 weights hardly move, over 0.1 they jump.";
    return read.some((run) => run.data.estimated.size) ? "Some rows are estimated from the buckets, since their sums were not logged." : "";
  }

  function showSave(ids) {
    const query = new URLSearchParams({ format: "csv" });
    for (const id of ids) query.append("run", id);
    parts.save.href = `${tb.known.prefix}api/v1/layers?${query}`;
  }

  function empty() {
    const none = tb.nothing.runs();
    if (none) return none;
    const logged = tagsOf(statOf(tb.view.get())).length;
    if (logged) return tb.nothing.found(logged, tb.layers.scale.isWatched(statOf(tb.view.get())) ? "watched layers" : "histogram tags", tb.view.get().layers_tags);
    if (tb.layers.scale.isWatched(statOf(tb.view.get()))) {
      return tb.nothing.logged("The picked runs have watched no model for this", "One line watches all layers of a torch model:", "run.watch(model, optimizer)");
    }
    return tb.nothing.logged(
      "The picked runs have logged no histograms",
      "Log one of each layer, and all layers are here at a glance:",
      "for name, weight in model.named_parameters():",
      '    run.log_histogram(f"weights/{name}", weight, step=step)',
    );
  }

  tb.view.onChange((view, changed) => {
    if (changed.some((name) => ["page", "runs", "image_step"].includes(name) || name.startsWith("layers_"))) later();
  });
  tb.live.on("tags", () => {
    isAnyWatched = tb.live.tags().some(({ tag }) => tb.layers.watched(tag));
    tb.navigation.offer("watched", isAnyWatched);
    tb.layers.learnVerdicts();
    later();
  });
  tb.media.onList(({ tag }) => tb.tags.isVerdict(tag) && later());
  tb.actions["layers-verdict"] = (button) => parts.sheet.showVerdict(button.dataset.run);
  tb.live.on("runs", later);
  tb.layers.onNews(later);
  tb.histograms.onNews(later);
  addEventListener("resize", later);
  document.addEventListener("tb-theme", later);
  document.addEventListener("tb-colours", later);

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && onPage() && opened() && !document.querySelector(".dialog")) close();
  });
  tb.keys.extra.push(["↑ ↓ ← →", "layers: from cell to cell of the focused heat map; Enter shows the histogram or folds a module, Esc closes it"]);
  tb.steps.pages.layers = stepsOfAll;
})(window.tailboard);
