/* What a page says where it has nothing to show: why, and what to do. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const say = (text) => make("p", { class: "empty", text });

  /* An empty log folder. */
  function firstSteps() {
    if (!tb.live.state.ready) return make("p", { class: "empty", text: `Looking for runs in ${tb.known.logdirs.join(", ")}…` });
    const code = [
      "import trainer_hooks",
      "",
      'run = trainer_hooks.init("runs/first", config={"lr": 0.1})',
      "for step, batch in enumerate(loader):",
      "    loss = train(batch)",
      '    run.log({"train/loss": loss}, step=step)',
      "run.finish()",
    ].join("\n");
    return make(
      "div",
      { class: "empty first" },
      make("h2", { text: `No runs yet in ${tb.known.logdirs.join(", ")}` }),
      make("p", { text: "Log your first in six lines; it appears here by itself:" }),
      make("pre", {}, make("code", { text: code })),
      make("p", { class: "quiet", text: "Or see real ones train: python -m app demo" }),
    );
  }

  /** Where there is no run, or none is picked: the words for it; else null. */
  function runs() {
    if (!tb.live.order().length) return firstSteps();
    if (!tb.live.picked().length) return say("No run is picked. Tick runs in the list, or press “newest 10”.");
    return null;
  }

  /** Where the filter leaves none of the `count` things that there are, such as "tags". */
  const found = (count, what, filter, whose = " of these runs") => say(`None of the ${format.integer(count)} ${what}${whose} matches the filter “${filter}”.`);

  /** Where the picked runs logged nothing for a page: a title, a sentence, and the lines of code that log some. */
  function logged(title, words, ...lines) {
    return make("div", { class: "empty first" }, make("h2", { text: title }), make("p", { text: words }), make("pre", {}, make("code", { text: lines.join("\n") })));
  }

  tb.nothing = { firstSteps, runs, found, logged };
})(window.tailboard);
