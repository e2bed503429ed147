/* The lists of media items that a gallery looks at: fetched once per run and tag, then only what is new. */
(function (tb) {
  "use strict";
  const AGAIN_AFTER_MS = 5000; // a list that could not be had
  const AT_ONCE = 3; // requests under way, so that the live loop never queues behind a wall of galleries
  const WARM_STEPS = 2; // neighbours of the shown step that are loaded ahead
  const MOST_WARM = 400;
  const WARM_AT_ONCE = 96; // over all lists: a wall of small pictures must not flood the server
  const lists = new Map(); // run + tag -> list
  const waiting = [];
  const warm = new Map(); // address -> Image, the newest last
  const listeners = [];
  let underWay = 0;

  const keyOf = (run, tag) => run + "\n" + tag;

  /**
   * What is known of one tag of one run.
   * `groups`: step -> items of that step, in order of arrival; `steps`: the steps, ascending.
   */
  function listOf(run, tag) {
    const key = keyOf(run, tag);
    if (!lists.has(key)) {
      lists.set(key, { run, tag, items: [], groups: new Map(), steps: [], seen: null, loaded: false, busy: false, error: "" });
    }
    return lists.get(key);
  }

  /** Ask for what this list lacks: all of it at first, later only when the run says that it has more items. */
  function want(run, tag) {
    const list = listOf(run, tag);
    const count = tb.live.runs.get(run)?.media;
    if (list.busy || (list.seen === count && (list.loaded || list.error))) return list;
    list.busy = true;
    list.seen = count;
    waiting.push(list);
    work();
    return list;
  }

  function work() {
    while (underWay < AT_ONCE && waiting.length) {
      underWay += 1;
      load(waiting.shift()).finally(() => {
        underWay -= 1;
        work();
      });
    }
  }

  async function load(list) {
    try {
      const news = await ask(list, list.items.length);
      if (news.length) take(list, news);
      list.loaded = true;
      list.error = "";
    } catch (failure) {
      list.error = failure.message;
      setTimeout(() => retry(list), AGAIN_AFTER_MS);
    }
    list.busy = false;
    tell(list);
  }

  const tell = (list) => listeners.forEach((listener) => listener(list));

  /* Whoever still looks at the list asks for it once more. */
  function retry(list) {
    list.seen = null;
    tell(list);
  }

  /* The numbers of these kinds are in the meta: their pages ask for one item's when they draw it. */
  function isTensor({ run, tag }) {
    const entry = tb.live.tags().find((one) => one.tag === tag && one.runs.includes(run));
    return tb.known.kinds[entry?.kind]?.data_class === "tensor";
  }

  /* Items arrive at the end; where they did not (a replaced run, several writers), the list is read anew. */
  async function ask(list, after) {
    const query = new URLSearchParams({ run: list.run, tag: list.tag, after, ...(isTensor(list) ? { meta: 0 } : {}) });
    const { items, total } = await tb.wire.get("media?" + query);
    const last = list.items.at(-1);
    const timed = last && items.length && last.wall_time !== null && items[0].wall_time !== null;
    const moved = timed && items[0].wall_time <= last.wall_time;
    if (after && (moved || total !== after + items.length)) {
      list.items = [];
      list.groups.clear();
      return ask(list, 0);
    }
    return items;
  }

  /* A call that logged several items replaces an earlier one of the same step (a resumed run); single ones add up. */
  function take(list, news) {
    for (const item of news) {
      const group = list.groups.get(item.step);
      const begins = !group || (item.count > 1 && item.index === 0);
      list.groups.set(item.step, begins ? [item] : [...group, item]);
    }
    list.items.push(...news);
    list.steps = [...list.groups.keys()].sort((a, b) => a - b);
  }

  /** Place in ascending `steps` of the last one that is not after `step`; -1 where all are. */
  function placeAt(steps, step) {
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle] <= step) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The items to show at `step` (null: the latest): those of that step, else of the nearest one before it. */
  function at(list, step) {
    const place = step === null ? list.steps.length - 1 : placeAt(list.steps, step);
    return place < 0 ? { step: null, items: [] } : { step: list.steps[place], items: list.groups.get(list.steps[place]) };
  }

  /** Load what lies next to the shown step, the nearest first, so that leafing through it waits for nothing. */
  function warmUp(shown) {
    const wanted = [];
    for (let by = 1; by <= WARM_STEPS; by += 1) {
      for (const [list, step] of shown) {
        const place = step === null ? list.steps.length - 1 : placeAt(list.steps, step);
        for (const near of [place - by, place + by]) wanted.push(...(list.groups.get(list.steps[near]) || []));
      }
    }
    const light = (item) => item.kind !== "audio" && item.kind !== "video" && !warm.has(item.src); // a clip waits for its play
    wanted.filter(light).slice(0, WARM_AT_ONCE).forEach(keepWarm);
  }

  function keepWarm(item) {
    const url = item.src;
    if (item.media_type.startsWith("image/")) {
      const image = new Image();
      image.src = url;
      warm.set(url, image);
    } else {
      warm.set(url, null);
      fetch(url).catch(() => warm.delete(url)); // the browser's cache keeps it
    }
    if (warm.size > MOST_WARM) warm.delete(warm.keys().next().value);
  }

  /** Why a blob could not be shown, in the words of the server; `otherwise` where it sees no fault. */
  async function whyNot(src, otherwise) {
    try {
      const answer = await fetch(src);
      return answer.ok ? otherwise : (await answer.json()).error;
    } catch (failure) {
      return otherwise; // it cannot be asked
    }
  }

  function forgetGone() {
    for (const [key, list] of lists) if (!tb.live.runs.has(list.run)) lists.delete(key);
  }

  tb.live.on("runs", forgetGone);
  tb.media = { list: listOf, want, at, placeAt, warmUp, whyNot, onList: (listener) => listeners.push(listener) };
})(window.tailboard);
