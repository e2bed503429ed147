/* The panes page: what scripts show through visdom's client, a board for each environment, or one that compares them. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const boards = new Map(); // name -> tb.PaneBoard
  let frame = 0;

  const onPage = () => tb.view.get().page === "panes";

  function later() {
    if (!frame) frame = requestAnimationFrame(render);
  }

  /* Windows of an environment in the order in which scripts made them. */
  function windowsOf(environment) {
    const ids = tb.panes.state.present.get(environment) || [];
    return ids.map((id) => tb.panes.windows.get(tb.panes.keyOf(environment, id))).filter(Boolean);
  }

  /** The boards to show: name, windows, heading. */
  function wanted() {
    const names = tb.panes.chosen().filter((name) => tb.panes.state.present.has(name));
    const { pane_compare: compare, pane_filter: filter } = tb.view.get();
    const match = tb.matcher(filter);
    const passing = (windows) => (filter ? windows.filter(({ title, id }) => match(title || id)) : windows);
    const isCompared = compare && names.length > 1;
    if (isCompared) {
      const { shown, left } = tb.paneCompare.compared(names.flatMap(windowsOf), names);
      return { isCompared, left, total: shown.length, boards: [{ name: `compared: ${names.join(" + ")}`, shown: passing(shown), heading: "", badges: true }] };
    }
    const all = names.map((name) => ({ name, shown: windowsOf(name), heading: names.length > 1 ? name : "", badges: false }));
    const total = all.reduce((sum, { shown }) => sum + shown.length, 0);
    return { isCompared, left: 0, total, boards: all.map((each) => ({ ...each, shown: passing(each.shown) })) };
  }

  function render() {
    frame = 0;
    const place = document.getElementById("panes");
    if (!place || !onPage()) return;
    tb.paneEnvironments.render();
    const plan = wanted();
    const found = plan.boards.reduce((sum, { shown }) => sum + shown.length, 0);
    const kept = new Set(plan.boards.map(({ name }) => name));
    for (const [name, board] of boards) {
      if (kept.has(name) && found) continue;
      board.drop();
      boards.delete(name);
    }
    if (found) show(place, plan.boards);
    else tb.setChildren(place, [sameWords(place, wordsFor(plan))]);
    showBar(plan, found);
    trouble(place);
  }

  function show(place, wanting) {
    const style = getComputedStyle(place);
    const room = place.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    for (const { name } of wanting) if (!boards.has(name)) boards.set(name, new tb.PaneBoard(name));
    tb.setChildren(place, wanting.map(({ name }) => boards.get(name).element));
    const { pane_filter: filter } = tb.view.get();
    for (const { name, shown, heading, badges } of wanting) boards.get(name).show(shown, { heading, badges, narrowed: filter, room });
  }

  /* The same words are left alone, or a screen reader would read them again. */
  function sameWords(place, words) {
    return place.firstChild?.isEqualNode?.(words) ? place.firstChild : words;
  }

  /* --- words where there is nothing --- */
  function wordsFor(plan) {
    const { state } = tb.panes;
    const { pane_filter: filter } = tb.view.get();
    if (state.ready && !state.environments.length && !tb.known.visdom) return start("This server does not listen to Visdom scripts", "Start it so that it does, and run your script unchanged:");
    if (!state.ready) return say(state.error || "Asking for windows…");
    if (!state.environments.length) return start("No windows yet", "Scripts that use Visdom show their windows here, without a change:");
    if (!tb.panes.chosen().length) return say("No environment is chosen. Choose one in the list at the left of the bar.");
    if (plan.total && filter) return tb.nothing.found(plan.total, plan.isCompared ? "compared windows" : "windows", filter, "");
    if (plan.isCompared && plan.left) return say("No title is shared by windows of these environments, so there is nothing to compare.");
    const gone = state.missing.filter((name) => tb.panes.chosen().includes(name));
    if (gone.length) return say(`There is no environment “${gone[0]}” yet, or it was deleted. Its windows appear here once a script makes some.`);
    return say("This environment has no windows. They appear here when a script makes some.");
  }

  const say = (text) => make("p", { class: "empty", text });

  function start(title, words) {
    const port = location.port || (location.protocol === "https:" ? "443" : "80");
    const code = ["import visdom", `viz = visdom.Visdom(port=${port})`, 'viz.line([3, 1, 2], win="loss", opts={"title": "loss"})'];
    return make("div", { class: "empty first" }, make("h2", { text: title }), make("p", { text: words }), tb.known.visdom ? null : make("pre", {}, make("code", { text: "python -m app --visdom" })), make("pre", {}, make("code", { text: code.join("\n") })));
  }

  /* --- the bar --- */
  function showBar(plan, found) {
    const several = tb.panes.chosen().length > 1;
    const compare = document.querySelector('.toolbar [data-field="pane_compare"]');
    compare.disabled = !several;
    compare.title = several ? "Windows of the same title together" : "Choose two environments or more to compare them";
    const { pane_filter: filter } = tb.view.get();
    const count = filter ? `${format.integer(found)} of ${format.integer(plan.total)} windows` : `${format.integer(plan.total)} ${plan.total === 1 ? "window" : "windows"}`;
    const left = plan.left ? `, ${format.integer(plan.left)} in one environment only` : "";
    const reading = tb.panes.state.ready && !tb.panes.state.writable ? " · read-only" : "";
    const words = document.getElementById("panes-count");
    const text = tb.panes.state.ready && tb.panes.state.environments.length ? count + left + reading : "";
    if (words.textContent !== text) words.textContent = text;
    words.title = tb.panes.state.reason;
    tb.paneManage.render(theBoard());
  }

  /* Shown windows stay where the server stops answering; a line says so. */
  function trouble(place) {
    const words = tb.panes.state.error;
    let line = document.getElementById("panes-trouble");
    if (!words || !boards.size) return line?.remove();
    line ??= place.insertAdjacentElement("beforebegin", make("p", { id: "panes-trouble", class: "pane-trouble-words", role: "alert" }));
    line.textContent = `${words} What is shown is from before.`;
    return undefined;
  }

  const theBoard = () => (boards.size === 1 && tb.panes.chosen().length === 1 ? [...boards.values()][0] : null);

  /* --- the navigation --- */
  function nameIt() {
    const named = tb.panes.state.environments.length > 0;
    tb.navigation.offer("pane", named);
  }

  /* A class, since :has() of the page in the style sheet would be looked for at every change of any plot. */
  function whereWeAre() {
    document.body.classList.toggle("panes-page", onPage());
  }

  function redraw() {
    for (const board of boards.values()) board.redraw();
    later();
  }

  Object.assign(tb.actions, {
    "panes-tidy": () => boards.forEach((board) => board.tidy()),
    "panes-reset": () => {
      for (const board of boards.values()) {
        tb.paneLayouts.reset(board.name);
        board.filter = "";
      }
      later();
    },
  });
  tb.panes.redraw = later;
  tb.panes.board = theBoard;
  tb.panes.isNear = (key) => [...boards.values()].some((board) => board.panes.get(key)?.isWanted);
  tb.panes.onNews(() => {
    nameIt();
    render();
  });
  tb.live.on("state", () => tb.panes.tick());
  tb.view.onChange((view, changed) => {
    if (!changed.some((name) => name.startsWith("pane_") || name === "page")) return;
    if (changed.some((name) => ["page", "pane_environments"].includes(name)) && onPage()) tb.panes.ask();
    if (changed.includes("page")) whereWeAre();
    later();
  });
  whereWeAre();
  addEventListener("resize", later);
  document.addEventListener("tb-theme", redraw);
  tb.keys.extra.push(["Arrows", "on a window’s title: move it; with Shift resize it; Enter enlarges, Delete closes"]);
})(window.tailboard);
