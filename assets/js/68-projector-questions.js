/* From what this browser has chosen to what is asked and drawn: axes, components, steps that lie over each other. */
(function (tb) {
  "use strict";
  const P = tb.projector;
  const DIRECTION = /^(.*?)\s*(?:->|→)\s*(.*)$/;
  const view = () => tb.view.get();

  const searched = new WeakMap(); // columns -> {text, column, found, count}

  /** Which points a text finds: {found, count}, `found` null where nothing is searched for. */
  P.search = function (columns, n, text, name) {
    if (!text.trim()) return { found: null, count: 0 };
    const last = searched.get(columns);
    if (last && last.text === text && last.name === name && last.found.length === n) return last;
    const match = tb.matcher(text);
    const looked = columns.filter((column) => !name || column.name === name);
    const found = new Uint8Array(n);
    let count = 0;
    for (let one = 0; one < n; one += 1) {
      found[one] = looked.some((column) => match(String(column.values[one]))) ? 1 : 0;
      count += found[one];
    }
    const answer = { text, name, found, count };
    searched.set(columns, answer);
    return answer;
  };

  const placesOf = (found) => Array.from(found.keys()).filter((place) => found[place]);
  P.placesFound = (cloud) => (cloud.look.found ? placesOf(cloud.look.found) : []);

  /* An axis as it was written: a dimension, or a direction between what two texts find. */
  function axisOf(text, points, number) {
    const dimension = text.match(/^\s*(?:dim(?:ension)?\s*)?(\d+)\s*$/i);
    if (dimension) return { dimension: Number(dimension[1]) };
    const ends = text.match(DIRECTION);
    if (!ends || !ends[1].trim() || !ends[2].trim()) throw new Error(`Axis ${number}, “${text}”, is no axis: write “dim 7”, or “A -> B” for the way from the points found by A to those found by B.`);
    const [start, end] = [ends[1], ends[2]].map((words) => {
      const places = placesOf(matched(points, words));
      if (!places.length) throw new Error(`Axis ${number}: nothing is found by “${words}”.`);
      return places;
    });
    return { start, end };
  }

  /* A text that is a value as a whole means those points alone: "1" is not "10". */
  function matched(points, words) {
    const { columns, info } = points;
    const wanted = words.trim().toLowerCase();
    const exact = Uint8Array.from({ length: info.points }, (_, one) => (columns.some((column) => String(column.values[one]).toLowerCase() === wanted) ? 1 : 0));
    if (exact.includes(1)) return exact;
    const match = tb.matcher(words);
    return Uint8Array.from({ length: info.points }, (_, one) => (columns.some((column) => match(String(column.values[one]))) ? 1 : 0));
  }

  /** What to ask about one logged embedding. Throws an Error in words where own axes make no sense. */
  P.question = function (run, tag, item, points) {
    const { embedding_method: method, embedding_dims: dims, embedding_sphere: sphere } = view();
    const question = { run, tag, at: item.at, logged: `${item.step} ${item.wall_time}`, method, sphere };
    if (method === "axes") question.axes = view().embedding_axes.slice(0, Number(dims)).map((text, axis) => axisOf(text, points, axis + 1));
    if (P.data.isMap(question)) {
      const { embedding_map_metric: metric, embedding_iterations: iterations } = view();
      const own = method === "tsne" ? { perplexity: view().embedding_perplexity } : { neighbours: view().embedding_neighbours, min_dist: view().embedding_min_dist };
      question.parameters = { dims: Number(dims), metric, iterations, ...own };
    }
    return question;
  };

  /** The columns to draw, and the names of the axes. */
  P.drawn = function ({ method, axes }, { columns, explained }) {
    if (method === "pca") {
      const chosen = P.components(columns.length);
      return { columns: chosen.map((one) => columns[one]), axes: chosen.map((one) => `PC${one + 1}  ${(100 * explained[one]).toPrecision(3)} %`) };
    }
    const title = { tsne: "t-SNE", umap: "UMAP" }[method];
    return { columns, axes: axes ? view().embedding_axes.slice(0, columns.length) : columns.map((_, axis) => `${title} ${axis + 1}`) };
  };

  /** Lay columns over what this cloud, else the first one, shows of as many points: steps and runs do not flip. */
  P.aligned = function (cloud, first, question, columns) {
    const how = JSON.stringify([question.method, question.sphere, columns.length, view().embedding_components]);
    const last = cloud.alignment;
    const fits = (one) => one && one.how === how && one.columns[0].length === columns[0].length;
    const settled = fits(last) && !(last.early && fits(first.alignment)); // whoever came before the first cloud follows it now
    if (settled && last.from.every((column, i) => column === columns[i])) return last.columns;
    const reference = [settled ? last : null, first.alignment].find(fits);
    const found = reference ? laidOver(question.method, columns, reference.columns) : columns;
    cloud.alignment = { how, from: columns, columns: found, early: !reference && cloud !== first };
    return found;
  };

  function laidOver(method, columns, before) {
    if (method === "axes") return columns;
    if (method !== "pca") return columns.length > 1 ? P.turnedOver(columns, before) : columns;
    const turned = P.flips(columns, before);
    return columns.map((column, i) => (turned[i] ? column.map((value) => -value) : column));
  }
})(window.tailboard);
