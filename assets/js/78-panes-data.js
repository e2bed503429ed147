/* What the server knows of panes: asked once a tick while the page is shown, only what changed comes back. */
(function (tb) {
  "use strict";
  const IDLE_TICKS = 4; // without news; then every second tick asks
  const LEAST_MS = 300; // between two ticks: the clock of the page tells of a question and of its answer
  const SOON_MS = 60; // after the last window came into view
  const LOOK_EVERY = 20; // ticks, on other pages, for the first environment
  const LOOKS = 3; // where no script can make one, and logs of some may be found
  const listeners = [];
  const windows = new Map(); // key -> window
  const state = { ready: false, error: "", writable: false, reason: "", environments: [], present: new Map(), missing: [] };
  let ticks = 0;
  let ticked = 0;
  let coming = 0;
  let idle = 0;
  let looks = 0;
  let usual = ""; // the environment that is shown where none was chosen

  const keyOf = (environment, id) => `${environment}\n${id}`;
  const onPage = () => tb.view.get().page === "panes";
  const tell = (changed) => listeners.forEach((listener) => listener(changed));

  /** The environments to show: the chosen ones, or "main", or else the one that changed last. */
  function chosen() {
    const named = tb.view.get().pane_environments;
    if (named !== null) return named;
    const { environments } = state;
    if (!environments.some(({ name }) => name === usual)) {
      const last = [...environments].sort((a, b) => (b.changed || 0) - (a.changed || 0)).find((one) => one.windows !== 0);
      const main = environments.find(({ name, windows: count }) => name === "main" && count !== 0);
      usual = (main || last || environments[0])?.name || "";
    }
    return usual ? [usual] : [];
  }

  /* What is out of sight comes once it is in view: a hundred windows that grow would be a megabyte twice a second. */
  function question(names) {
    const seen = {};
    const isWanted = tb.view.get().pane_compare && names.length > 1 ? () => true : tb.panes.isNear;
    for (const { environment, id, key, revision } of windows.values()) if (names.includes(environment)) (seen[environment] ??= {})[id] = isWanted(key) ? revision : null;
    return { environments: names, seen };
  }

  /** Ask for what came into view, when no more comes. */
  function came() {
    clearTimeout(coming);
    coming = setTimeout(ask, SOON_MS);
  }

  /* The parts of a window that its drawer asks for, under names of their own. */
  const PARTS = {
    plot: ({ content }) => ({ data: content.data || [], layout: content.layout || {} }),
    image: ({ content }) => content,
    image_history: ({ content }) => ({ images: content }),
    text: ({ content, content_at: src, media }) => ({ text: content, src, form: media ? media.kind : "html", ...media }),
    network: ({ content }) => content,
    embeddings: ({ content }) => ({ loading: Boolean(content.isLoading), points: content.data || [], selected: content.selected || null, has_previous: Boolean(content.has_previous) }),
  };

  /* Returns the keys of windows that came, changed or went; null where nothing did. */
  function take(answer, names) {
    const before = JSON.stringify([state.environments.map(({ name }) => name), state.writable, [...state.present]]);
    Object.assign(state, { ready: true, writable: answer.writable, reason: answer.reason || "", environments: answer.environments, missing: answer.missing || [] });
    state.present = new Map(Object.entries(answer.present));
    const changed = new Set();
    for (const each of answer.windows) {
      const key = keyOf(each.environment, each.id);
      windows.set(key, { ...each, ...PARTS[each.type]?.(each), key });
      changed.add(key);
    }
    for (const [key, { environment, id }] of windows) {
      if (state.present.get(environment)?.includes(id)) continue;
      windows.delete(key);
      changed.add(key);
    }
    const same = before === JSON.stringify([state.environments.map(({ name }) => name), state.writable, [...state.present]]);
    return changed.size || !same || names.join() !== chosen().join() ? changed : null;
  }

  /** Ask what is new. One question at a time; the next leaves when the last answer is drawn. */
  const { next: ask, isBusy } = tb.wire.oneAtATime(round, () => !state.error);

  async function round() {
    const names = onPage() ? chosen() : [];
    const failed = state.error;
    try {
      const answer = await tb.wire.post("panes", question(names));
      state.error = "";
      const changed = onPage() || !names.length ? take(answer, names) : null;
      idle = changed ? 0 : idle + 1;
      if (names.join() !== chosen().join() && onPage()) ask();
      if (changed || failed || onPage()) await tell(changed || new Set());
    } catch (failure) {
      state.error = failure.message;
      tell(new Set());
    }
  }

  /* On other pages only until there is an environment, for the navigation to name this one. */
  function tick() {
    const now = performance.now();
    if (isBusy() || now - ticked < LEAST_MS) return;
    ticked = now;
    ticks += 1;
    if (tb.live.state.paused && state.ready) return;
    if (onPage()) {
      const pace = document.hidden ? 20 : idle < IDLE_TICKS ? 1 : 2;
      if (ticks % pace === 0) ask();
    } else if (!state.environments.length && ticks % LOOK_EVERY === 1 && (tb.known.visdom || looks < LOOKS)) {
      looks += 1;
      ask();
    }
  }

  /** Whether this page may change an environment: the server writes, and this one is not another tool's. */
  const mayChange = (name) => state.writable && Boolean(state.environments.find((each) => each.name === name)?.writable);

  const change = (path, body) => tb.wire.post(`panes/${path}`, body);

  /** Tell the script that made a window what happened. Failures are told where they can be read. */
  async function send(pane, event) {
    if (!state.writable) return null;
    try {
      return await change("event", { environment: pane.environment, window: pane.id, event });
    } catch (failure) {
      tb.toast(`The script was not told: ${failure.message}`);
      return null;
    }
  }

  /** Change an environment; the page asks for what came of it. Throws an Error fit to be read. */
  async function edit(body) {
    await change("edit", body);
    ask();
  }

  const address = (path, query) => `${tb.known.prefix}api/v1/panes/${path}?${new URLSearchParams(query)}`;

  tb.panes = {
    state,
    windows,
    keyOf,
    chosen,
    ask,
    came,
    isNear: () => true,
    tick,
    send,
    edit,
    mayChange,
    address,
    layouts: (environment) => tb.wire.get(`panes/layouts?${new URLSearchParams({ environment })}`),
    onNews: (listener) => listeners.push(listener),
    drawers: {}, // type -> class that draws such windows
  };
})(window.tailboard);
