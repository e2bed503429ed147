/* What Run.watch says of a run in words: which layer was the first to be not finite, under the run's name. */
(function (tb) {
  "use strict";
  const { make } = tb;

  /* The tag of each run's verdict; of several watched models the first by name. */
  let tagOf = new Map();
  function learn() {
    tagOf = new Map();
    for (const { tag, runs } of tb.live.tags()) {
      if (tb.tags.isVerdict(tag)) for (const run of runs) if (!tagOf.has(run)) tagOf.set(run, tag);
    }
  }

  /** The {words, step, layer} of a run's first layer that was not finite, null where there is none or none known yet. */
  function verdict(run) {
    const tag = tagOf.get(run);
    if (!tag) return null;
    const { steps, groups } = tb.media.want(run, tag);
    const [item] = groups.get(steps[0]) || [];
    if (!item?.text) return null;
    return { words: item.text.replaceAll("`", ""), step: item.step, layer: /`([^`]+)`/.exec(item.text)?.[1] || "" };
  }

  /** A line that says it and leads to the layer; empty where there is nothing to say. */
  function line(run) {
    const told = verdict(run);
    const [sign, words] = [make("span", { "aria-hidden": "true", text: "⚠ " }), told?.words];
    const button = told && make("button", { type: "button", class: "layers-verdict", "data-act": "layers-verdict", "data-run": run, title: `${words} Click to see this layer.`, "aria-label": words }, sign, words);
    return make("div", { class: "layers-told" }, ...(button ? [button] : []));
  }

  /** Whether a row is of this layer: the layer itself, one of its parameters, or the folded module that it is in. */
  const isOf = (row, layer) => (!row.head || row.folded) && row.tags.some((tag) => tag === layer || tag.startsWith(`${layer}.`));

  Object.assign(tb.layers, { verdict, verdictLine: line, isRowOf: isOf, learnVerdicts: learn });
})(window.tailboard);
