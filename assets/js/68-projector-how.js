/* The second bar of the embeddings page: what the chosen method can be told, and what it says of itself. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const P = tb.projector;
  const METRICS = [["euclidean", "Euclidean"], ["cosine", "cosine"]];
  const BARS_PX = 26;
  let shown = ""; // for what the controls were made
  let place = null;

  /** A native select that chooses a value; `options`: [value, words] each. */
  P.select = function (label, options, value, choose) {
    const select = make("select", { class: "select", "aria-label": label, title: label }, ...options.map(([key, words]) => make("option", { value: key, text: words })));
    select.value = value;
    select.addEventListener("change", () => choose(select.value));
    return select;
  };

  const named = (words, control) => make("label", { class: "named" }, make("span", { class: "quiet", text: words }), control);
  const view = () => tb.view.get();

  function numberOf(words, field, { min, max, step }, hint) {
    const input = make("input", { class: "select number", type: "number", min, max, step, title: hint, value: view()[field], "data-number": field });
    input.addEventListener("change", () => {
      const value = Math.min(max, Math.max(min, Number(input.value)));
      input.value = Number.isFinite(value) && input.value !== "" ? value : view()[field];
      tb.view.set({ [field]: Number(input.value) });
    });
    return named(words, input);
  }

  const metric = () => named("near by", P.select("By which distance points are near", METRICS, view().embedding_map_metric, (value) => tb.view.set({ embedding_map_metric: value })));
  const iterations = (words) => numberOf(words, "embedding_iterations", { min: 50, max: 5000, step: 50 }, "50 to 5,000; more take longer");

  const PARTS = {
    tsne: () => [numberOf("perplexity", "embedding_perplexity", { min: 2, max: 200, step: 1 }, "2 to 200: about how many neighbours count"), iterations("iterations"), metric()],
    umap: () => [
      numberOf("neighbours", "embedding_neighbours", { min: 2, max: 200, step: 1 }, "2 to 200: few show detail, many the whole"),
      numberOf("min. distance", "embedding_min_dist", { min: 0, max: 1, step: 0.05 }, "0 to 1: how close points may lie"),
      iterations("epochs"),
      metric(),
    ],
    axes: () => ["x", "y", "z"].slice(0, Number(view().embedding_dims)).map((name, axis) => named(name, axisInput(axis))),
    pca: () => [],
  };

  function axisInput(axis) {
    const hint = "A dimension, as dim 7; or a direction, as cat -> dog: from the mean of the points found by the one to that of the other. /regex/ works, too.";
    const input = make("input", { class: "select axis", type: "text", value: view().embedding_axes[axis] ?? "", title: hint, placeholder: "dim 0, or A -> B", "aria-label": `Axis ${axis + 1}` });
    input.addEventListener("change", () => {
      const axes = [0, 1, 2].map((one) => (one === axis ? input.value.trim() : view().embedding_axes[one]) || `dim ${one}`);
      tb.view.set({ embedding_axes: axes });
    });
    return input;
  }

  /* Which components are drawn: a bar for each with its share of the variance, and a select for each axis. */
  function components(explained, whose) {
    const dims = Number(view().embedding_dims);
    const chosen = P.components(explained.length);
    const share = (value) => `${(100 * value).toPrecision(3)} %`;
    const options = explained.map((value, i) => [String(i + 1), `PC${i + 1}, ${share(value)}`]);
    const selects = chosen.map((one, axis) => named(["x", "y", "z"][axis], P.select(`Component of axis ${axis + 1}`, options, String(one + 1), (value) => {
      const all = [0, 1, 2].map((other) => (other === axis ? value : view().embedding_components[other] ?? String(other + 1)));
      tb.view.set({ embedding_components: all });
    })));
    const most = Math.max(...explained, 1e-9);
    const bars = explained.map((value, i) => {
      const bar = make("span", { class: `variance-bar${chosen.includes(i) ? " on" : ""}`, title: `PC${i + 1}: ${share(value)} of the variance` });
      bar.style.height = `${Math.max(1, (BARS_PX * value) / most)}px`;
      return bar;
    });
    const words = chosen.length < dims ? `The vectors have ${chosen.length} components alone.` : `${chosen.length} axes: ${share(chosen.reduce((sum, one) => sum + explained[one], 0))} of the variance${whose}; ${explained.length}: ${share(explained.reduce((sum, value) => sum + value, 0))}`;
    return [...selects, make("span", { class: "variance", role: "img", "aria-label": `Share of the variance of each component: ${explained.map(share).join(", ")}` }, ...bars), make("span", { class: "quiet", text: words })];
  }

  /** Show the controls of the chosen method. `explained`: shares of the variance, null until known; `whose`: words. */
  P.showHow = function (explained, whose) {
    place = place || document.getElementById("projector-how");
    const { embedding_method: method, embedding_dims: dims } = view();
    const drawn = explained ? explained.map((value) => value.toPrecision(3)) : [];
    const key = JSON.stringify([method, dims, method === "pca" ? [drawn, whose, view().embedding_components] : "", method === "axes" ? view().embedding_axes : "", method !== "pca" ? view().embedding_map_metric : ""]);
    place.hidden = false;
    if (key !== shown) {
      shown = key;
      const focus = place.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
      const sphere = make("button", { class: "toggle", type: "button", "data-act": "toggle", "data-field": "embedding_sphere", text: "sphere", title: "Centre the vectors and give all one length first: then angles count, lengths do not" });
      place.replaceChildren(...(method === "pca" && explained ? components(explained, whose) : (PARTS[method] || PARTS.pca)()), make("span", { class: "spring" }), sphere, make("button", { class: "button", type: "button", "data-act": "projector-fit", text: "fit", title: "Look at all points again (0, or a double click)" }));
      if (focus) place.querySelector(`[aria-label="${CSS.escape(focus)}"]`)?.focus();
    }
    place.querySelector('[data-field="embedding_sphere"]').setAttribute("aria-pressed", String(view().embedding_sphere));
    for (const input of place.querySelectorAll("[data-number]")) if (input !== document.activeElement) input.value = view()[input.dataset.number];
  };

  /** Which components are the axes, from 0: those chosen, as far as there are so many. */
  P.components = function (count) {
    const dims = Math.min(Number(view().embedding_dims), count);
    return [0, 1, 2].slice(0, dims).map((axis) => {
      const one = Number(view().embedding_components[axis]) - 1;
      return Number.isInteger(one) && one >= 0 && one < count ? one : Math.min(axis, count - 1);
    });
  };

  /** The words over a cloud whose map is not there yet: computing, failed, or to be asked for. */
  P.jobWords = function (question, { job, error }, { points, step }) {
    const title = { tsne: "t-SNE", umap: "UMAP" }[question.method];
    const state = error ? "failed" : job?.state;
    if (!state || state === "done") return null;
    const info = points.info;
    const missing = info.missing[question.method];
    const slow = question.method === "tsne" && question.parameters.dims === 3 ? " In 2D it takes a fifth of the time." : "";
    const box = make("div", { class: "job", "data-is": `${state} ${JSON.stringify(question)} ${job?.done} ${job?.words} ${error}` });
    const button = (words, act) => {
      const made = make("button", { class: "button", type: "button", text: words });
      made.addEventListener("click", () => act(question));
      return made;
    };
    if (missing) box.append(make("p", { text: missing }));
    else if (state === "none") {
      box.append(make("p", { text: `${title} of ${format.integer(info.points)} points at step ${format.integer(step)} is not computed yet.${slow}` }), button("Compute", P.data.begin));
    } else if (state === "failed") box.append(make("p", { class: "cell-error", text: error || job.words }), button("Try again", P.data.begin));
    else {
      const label = state === "waiting" ? "waiting for another map" : job.words;
      box.append(make("span", { class: "job-words", text: `${title}: ${label}` }), make("progress", { max: 1, value: job.done, "aria-label": `${title} of ${format.integer(info.points)} points` }), button("Cancel", P.data.cancel));
    }
    return box;
  };
})(window.tailboard);
