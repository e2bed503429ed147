/* Asking a training to end: the button, what it asks first, and what is known of the request. The server puts a file STOP into
   the run folder; it takes it away again while the training has not seen it. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const OWN = "tailboard"; // trainings of other formats do not look for a request

  const runs = (run) => run.state === "running" || run.state === "stalled";
  const can = (run) => tb.known.write && run.format === OWN && runs(run);
  const isAsked = (run) => Boolean(run.stop) && runs(run);

  const opener = (id, style) =>
    make("button", { type: "button", class: style, "data-act": "run-stop", "data-run": id, text: "stop", title: `Ask the training of ${id} to end` });

  /** The parts of a run's head: the button, the one that takes a request back, and a line that tells of it. */
  function parts(id) {
    const button = opener(id, "button");
    const asked = make("b", {});
    const more = make("span", { role: "status" });
    const back = make("button", { type: "button", class: "button", "data-act": "run-stop-back", "data-run": id, text: "take back", title: "Let the training go on" });
    const line = make("p", { class: "run-stop" }, asked, " ", more);
    function update(run, now) {
      button.hidden = !can(run) || isAsked(run);
      line.hidden = !isAsked(run);
      back.hidden = !can(run) || !isAsked(run) || run.stop.seen;
      if (line.hidden) return;
      const words = run.stop.seen ? "The training has seen it and ends." : "The training ends after its current step if it looks at run.stop_requested; it has not yet.";
      write(asked, `stop requested ${format.span(Math.max(0, now - run.stop.time))} ago`);
      write(more, run.stop.reason ? `“${run.stop.reason}” ${words}` : words);
    }
    return { buttons: [button, back], line, update };
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  async function ask(id) {
    let run;
    try {
      run = await tb.wire.get("run?run=" + encodeURIComponent(id));
    } catch (failure) {
      return tb.toast(failure.message);
    }
    const { host } = run.environment;
    const error = make("p", { class: "form-error", role: "alert" });
    const yes = make("button", { type: "button", class: "button primary", text: "Ask it to stop" });
    yes.addEventListener("click", () => send(id, false, error));
    tb.dialog(
      `Stop ${run.title}?`,
      make("p", {}, "The training of ", make("b", { text: run.title }), host ? ` on ${host}` : "", " is asked to end: it ends after its current step if it looks at ", make("code", { text: "run.stop_requested" }), "."),
      make("p", { class: "quiet" }, "Nothing is done to its process. An empty file ", make("code", { text: "STOP" }), " is put into ", make("code", { text: run.folder }), "; everybody sees it, and it can be taken back until the training has seen it."),
      error,
      make("div", { class: "row answers" }, yes, make("button", { type: "button", class: "button", "data-act": "close-dialog", text: "Cancel" })),
    );
    document.querySelector(".dialog").classList.add("asks");
    return yes.focus();
  }

  async function send(id, takeBack, error) {
    try {
      await tb.wire.post("stop", { run: id, take_back: takeBack });
    } catch (failure) {
      if (error) error.textContent = failure.message;
      else tb.toast(failure.message);
      return undefined;
    }
    tb.closeDialog();
    return tb.live.ask();
  }

  Object.assign(tb.actions, {
    "run-stop": (pressed) => ask(pressed.dataset.run),
    "run-stop-back": (pressed) => send(pressed.dataset.run, true, null),
  });
  tb.runStop = { can, isAsked, opener, parts };
})(window.tailboard);
