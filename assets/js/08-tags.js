/* What the name of a tag tells of it. */
(function (tb) {
  "use strict";
  const OF_MACHINE = new RegExp(tb.known.names.of_machine);
  const VERDICT = new RegExp(tb.known.names.verdict); // of Run.watch: which layer broke first, in words
  const OF_LAYER = /^watch\/([^/]+)\/(.+)$/; // of Run.watch: the statistic and the layer

  tb.tags = {
    /** Whether a tag says how the machine fared, and nothing of the model. */
    isOfMachine: (tag) => OF_MACHINE.test(tag),
    /** The {statistic, layer} of a watched layer's tag, null of others. */
    layerOf(tag) {
      const found = OF_LAYER.exec(tag);
      return found && { stat: found[1], layer: found[2] };
    },
    isVerdict: (tag) => VERDICT.test(tag),
  };
})(window.tailboard);
