/* The evaluation page: panels of curves, then confusion matrices; each is filled where someone looks. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const SIZES_PX = { s: 220, m: 285, l: 480, xl: 900 };
  const MATRIX_PX = { s: 250, m: 350, l: 520, xl: 900 }; // its cells hold numbers
  const GAP_PX = 8;
  const CARD_FRAME_PX = 2 * 7; // border and padding of a card
  const KEEP_NEAR = "300px 0px";
  const MATRIX = "confusion_matrix";
  const SCORES = [
    { score: "accuracy", label: "accuracy" },
    { score: "macro_f1", label: "macro F1" },
  ];
  const blocks = new Map(); // key -> {view, near}
  const sections = new Map(); // name -> {element, count, grid}
  let steps = null; // ascending steps of all lists, until something new is known
  let frame = 0;
  let stepper = null;

  const inView = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const block = blocks.get(target.dataset.block);
        if (!block) continue;
        block.near = isIntersecting;
        if (!isIntersecting && !target.contains(document.activeElement)) block.view.rest();
      }
      later();
    },
    { rootMargin: KEEP_NEAR },
  );

  const onPage = () => tb.view.get().page === "evaluation";
  const isShown = (entry) => tb.known.kinds[entry.kind]?.page === "evaluation";

  function shownTags() {
    const match = tb.matcher(tb.view.get().evaluation_tags);
    return tb.live.tags().filter((entry) => isShown(entry) && match(entry.tag));
  }

  /* The picked runs that logged any of these tags, in the same order in every block. */
  function runsOf(entries) {
    const logged = new Set(entries.flatMap((entry) => entry.runs));
    return tb.live.picked().filter((id) => logged.has(id));
  }

  function stepsOfAll() {
    if (!steps) {
      const all = new Set(shownTags().flatMap(({ tag, runs }) => runs.flatMap((run) => tb.media.list(run, tag).steps)));
      steps = [...all].sort((a, b) => a - b);
    }
    return steps;
  }

  function thresholdOf(text) {
    const value = Number(text);
    return text.trim() && Number.isFinite(value) ? value : null;
  }

  /* How many cards of at least `wanted` pixels stand in a row, and how wide each is inside. */
  function columnsOf(width, wanted) {
    const columns = Math.max(1, Math.floor((width + GAP_PX) / (Math.min(wanted, width) + GAP_PX)));
    return { columns, width: Math.floor((width - (columns - 1) * GAP_PX) / columns) - CARD_FRAME_PX };
  }

  function lookOf(place, sizes) {
    const view = tb.view.get();
    const style = getComputedStyle(place);
    const room = place.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const { columns, width } = columnsOf(room, sizes[view.evaluation_size] || sizes.m);
    return {
      columns,
      width,
      height: tb.drawers.curve.height(null, width),
      matrix: tb.drawers.matrix.height(null, width),
      step: tb.steps.chosen(null),
      over: view.evaluation_time === "steps",
      fit: view.evaluation_fit,
      threshold: thresholdOf(view.evaluation_threshold),
      theme: document.documentElement.dataset.theme,
    };
  }

  /* What stands in each section: for each block its key, and its panel or tag. */
  function wantedBlocks(entries, place) {
    const ofCurves = entries.filter((entry) => entry.kind !== MATRIX);
    const ofMatrices = entries.filter((entry) => entry.kind === MATRIX);
    const panels = tb.curveClasses.panelsOf(ofCurves, tb.view.get().evaluation_together);
    const scores = ofMatrices.map(({ tag, kind }) => ({ key: `scores\n${tag}`, kind, title: tag, members: SCORES.map((one) => ({ tag, ...one })) }));
    const asPanels = (all) => all.map((panel) => ({ key: panel.key, panel }));
    const ofCurve = lookOf(place, SIZES_PX);
    const { over } = ofCurve;
    return [
      { name: "Curves", look: ofCurve, blocks: asPanels(panels) },
      { name: "Confusion matrices", look: over ? ofCurve : lookOf(place, MATRIX_PX), blocks: over ? asPanels(scores) : ofMatrices.map(({ tag }) => ({ key: `matrix\n${tag}`, tag })) },
    ];
  }

  function sectionOf(name) {
    if (!sections.has(name)) {
      const count = make("span", { class: "quiet" });
      const grid = make("div", { class: "histogram-group" });
      sections.set(name, { count, grid, element: make("section", { class: "section", "data-name": name }, make("h2", { class: "evaluation-head" }, `${name} `, count), grid) });
    }
    return sections.get(name);
  }

  function blockOf({ key, panel, tag }) {
    if (!blocks.has(key)) {
      const view = panel ? new tb.CurvePanel(panel) : new tb.MatrixBlock(tag);
      view.element.dataset.block = key;
      blocks.set(key, { view, near: false });
      inView.observe(view.element);
    }
    return blocks.get(key);
  }

  /* Make a block for each panel and tag, and let go of those that are no longer wanted. */
  function layOut(wanted) {
    const open = new Set(wanted.flatMap((section) => section.blocks.map(({ key }) => key)));
    for (const [key, { view }] of blocks) {
      if (open.has(key)) continue;
      inView.unobserve(view.element);
      view.drop();
      blocks.delete(key);
    }
    return wanted.filter((section) => section.blocks.length).map(({ name, look, blocks: some }) => {
      const { element, count, grid } = sectionOf(name);
      count.textContent = format.integer(some.length);
      grid.style.gridTemplateColumns = `repeat(${look.columns}, minmax(0, 1fr))`;
      tb.setChildren(grid, some.map((one) => blockOf(one).view.element));
      return element;
    });
  }

  function fill(wanted, entries) {
    const byTag = new Map(entries.map((entry) => [`${entry.kind}\n${entry.tag}`, entry]));
    const matrixRuns = runsOf(entries.filter((entry) => entry.kind === MATRIX));
    for (const { key, panel, tag, look } of wanted.flatMap((section) => section.blocks.map((block) => ({ ...block, look: section.look })))) {
      const { view, near } = blocks.get(key);
      if (!panel) {
        view.show({ entry: byTag.get(`${MATRIX}\n${tag}`), runs: matrixRuns, look, near });
        continue;
      }
      const ofPanel = new Map(panel.members.map((member) => [member.tag, byTag.get(`${panel.kind}\n${member.tag}`)]));
      const rows = panel.members.reduce((sum, member) => sum + ofPanel.get(member.tag).runs.length, 0);
      view.element.style.minHeight = `${tb.CurvePanel.height(look, rows)}px`;
      if (near) view.show(panel, runsOf([...ofPanel.values()]), ofPanel, look);
    }
  }

  function later() {
    if (!frame) frame = requestAnimationFrame(render);
  }

  function render() {
    frame = 0;
    const place = document.getElementById("evaluation");
    if (!place || !onPage()) return;
    const entries = shownTags();
    const wanted = wantedBlocks(entries, place);
    const elements = layOut(wanted);
    tb.setChildren(place, elements.length ? elements : [empty()]);
    fill(wanted, entries);
    const answers = { curves: wanted[0].blocks.length > 0, matrices: wanted[1].blocks.length > 0 && !wanted[1].look.over };
    tb.options.answer(document.querySelector("#page-evaluation .toolbar"), answers);
    for (const flag of ["together", "fit", "errors", "difference"]) {
      document.querySelector(`[data-field="evaluation_${flag}"][data-act]`).setAttribute("aria-pressed", String(tb.view.get()[`evaluation_${flag}`]));
    }
    if (!stepper) document.getElementById("evaluation-steps").append((stepper = new tb.steps.Stepper(null)).element);
    stepper.show();
  }

  function empty() {
    const none = tb.nothing.runs();
    if (none) return none;
    const logged = tb.live.tags().filter(isShown).length;
    if (logged) return tb.nothing.found(logged, "tags with curves or matrices", tb.view.get().evaluation_tags);
    return tb.nothing.logged(
      "The picked runs have logged no curves and no confusion matrices",
      "Log them after an evaluation; they appear here by themselves:",
      'run.log_pr_curve("pr/cat", labels, scores, step=n)',
      'run.log_confusion_matrix("val/confusion", true_classes, predicted_classes, step=n)',
      'writer.add_pr_curve("pr/cat", labels, scores, n)  # SummaryWriter',
    );
  }

  /* Steps are gathered anew where lists or tags changed, not while a person leafs through them. */
  function renew() {
    steps = null;
    later();
  }

  tb.view.onChange((view, changed) => {
    if (changed.some((name) => ["page", "runs", "evaluation_tags"].includes(name))) renew();
    else if (changed.some((name) => name === "image_step" || name === "focus" || name.startsWith("evaluation_"))) later();
  });
  tb.live.on("tags", renew);
  tb.live.on("runs", later);
  tb.media.onList(() => onPage() && renew());
  tb.evaluation.onNews(later);
  addEventListener("resize", later);
  document.addEventListener("tb-theme", later);
  document.addEventListener("tb-colours", later);

  tb.keys.extra.push(["↑ ↓", "evaluation: through the thresholds of the focused curves, Enter marks one; all arrows: through the cells of the focused matrix"]);
  tb.steps.pages.evaluation = stepsOfAll;
})(window.tailboard);
