/* What a panel of curves draws: a line per run and class, with what the server says of it. */
(function (tb) {
  "use strict";
  const { known } = tb.linePlot;
  const WAYS = {
    pr: { x: "recall", y: "precision", area: "average_precision", short: "AP", long: "average precision, the area under the curve", kind: "PR" },
    matrix: { x: "step", y: "score", area: "accuracy", short: "score", long: "accuracy and macro F1", kind: "scores" },
    roc: { x: "false positive rate", y: "true positive rate (recall)", area: "roc_area", short: "AUC", long: "area under the ROC curve", kind: "ROC" },
  };
  const LOGGED = { pr_curve: "pr", roc_curve: "roc", confusion_matrix: "matrix" };

  /** Which way a panel of this kind is drawn. */
  function wayOf(kind) {
    const { evaluation_curve: chosen } = tb.view.get();
    return kind !== "confusion_matrix" && (chosen === "pr" || chosen === "roc") ? chosen : LOGGED[kind];
  }

  /* Recall falls as the threshold rises. The rectangles of average precision are what the steps enclose. */
  function prLine({ recall, precision }) {
    const last = precision.findLastIndex(known);
    const ends = last >= 0 && recall[last] > 0;
    return { x: ends ? [...recall.slice(0, last + 1), 0] : recall, y: ends ? [...precision.slice(0, last + 1), precision[last]] : precision, from: 0, stepped: true };
  }

  /* From where all are called positive to where none is. */
  function rocLine({ false_positive_rate: rate, recall }) {
    const some = rate.some(known);
    return { x: some ? [1, ...rate, 0] : rate, y: some ? [1, ...recall, 0] : recall, from: some ? 1 : 0, stepped: false };
  }

  const shapes = new WeakMap(); // data -> {pr, roc}
  function shapeOf(data, way) {
    if (!shapes.has(data)) shapes.set(data, { pr: prLine(data), roc: rocLine(data) });
    return shapes.get(data)[way];
  }

  /** Place of the threshold that is nearest to `wanted`; -1 without any. */
  function placeOf({ threshold }, wanted) {
    const after = tb.media.placeAt(threshold, wanted);
    if (after < 0) return threshold.length ? 0 : -1;
    if (after + 1 >= threshold.length) return after;
    return threshold[after + 1] - wanted < wanted - threshold[after] ? after + 1 : after;
  }

  /**
   * The lines of a panel: {id, run, tag, name, label, x, y, from, data, item, step, words, loading, ...style}.
   * `old`: what was shown of each, which stays while another step is on its way.
   */
  function linesOf({ members, kind }, runs, entries, look, old) {
    const way = wayOf(kind);
    const lines = runs.flatMap((id) =>
      members.flatMap(({ tag, label, score }, place) => {
        if (!entries.get(tag)?.runs.includes(id)) return [];
        const run = tb.live.runs.get(id);
        const title = tb.runs.title(id).split("/").at(-1);
        const line = { id: [id, tag, score].filter(Boolean).join(" "), run: id, tag, way, name: members.length < 2 ? title : runs.length < 2 ? label : `${label} · ${title}`, label: members.length > 1 ? label : "", ...tb.curveClasses.styleOf(run, place, members.length) };
        return [{ ...line, ...(look.over ? overSteps(line, score) : atStep(line, look.step, old)) }];
      }),
    );
    const differ = new Set(lines.map(({ step }) => step).filter(known)).size > 1; // else the panel's head says it
    return lines.map((line) => ({ ...line, note: [differ && known(line.step) && `step ${tb.format.integer(line.step)}`, line.lost].filter(Boolean).join(", ") }));
  }

  const NOTHING = { x: [], y: [], from: 0, data: null, item: null };

  function atStep({ id, run, tag, way }, wanted, old) {
    tb.media.want(run, tag);
    const { list, step, item } = tb.evaluation.itemAt(run, tag, wanted);
    if (!item) return { ...NOTHING, words: wordsFor(list, wanted), loading: !list.loaded && !list.error, error: Boolean(list.error) };
    const one = tb.evaluation.curve(run, tag, item);
    if (one.error) return { ...NOTHING, words: one.error, error: true };
    const data = one.data || old.get(id) || null;
    if (!data) return { ...NOTHING, words: "", loading: true };
    old.set(id, data);
    const lost = data.left_out ? `${tb.format.short(data.left_out)} left out` : "";
    return { ...shapeOf(data, way), data, item, step, lost, words: emptyWords(data, way) };
  }

  function wordsFor(list, step) {
    if (list.error) return list.error;
    if (!list.loaded) return "";
    return list.steps.length ? `nothing up to step ${tb.format.integer(step)}: the first is at ${tb.format.integer(list.steps[0])}` : "nothing logged yet";
  }

  function emptyWords(data, way) {
    if (!data.points) return data.message || "this curve has no points";
    if (way === "roc" && !data.false_positive_rate.some(known)) return data.positives === null ? "logged without counts: no ROC curve" : "no negatives: no ROC curve";
    if (way === "pr" && !data.precision.some(known)) return "no precision is known";
    return "";
  }

  function overSteps({ run, tag, way }, score = WAYS[way].area) {
    tb.media.want(run, tag); // its steps are those of the slider
    const list = tb.evaluation.scores(run, tag);
    if (!list.data) return { ...NOTHING, words: list.error, loading: !list.error, error: Boolean(list.error) };
    return { x: list.data.step, y: list.data.scores[score] || [], from: 0, data: list.data, item: null, words: list.data.step.length ? "" : "nothing logged yet" };
  }

  tb.curveLines = { WAYS, wayOf, linesOf, placeOf };
})(window.tailboard);
