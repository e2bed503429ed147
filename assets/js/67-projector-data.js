/* What the embeddings page asks the server: points, coordinates by a method, maps that take long, nearest neighbours. */
(function (tb) {
  "use strict";
  const AGAIN_AFTER_MS = 5000; // what could not be had
  const POLL_MS = 400;
  const MOST_HELD = { points: 12, coordinates: 30, neighbours: 60 };
  const held = { points: new Map(), coordinates: new Map(), neighbours: new Map() };
  const listeners = [];
  let wanted = new Set(); // keys of the maps that somebody looks at

  const tell = () => listeners.forEach((listener) => listener());
  const keyOf = (question) => JSON.stringify(question);
  const isMap = (question) => question.method === "tsne" || question.method === "umap";

  function entryOf(kind, key, load) {
    const store = held[kind];
    let entry = store.get(key);
    if (entry) {
      store.delete(key); // the newest last
      store.set(key, entry);
      if (entry.again) attempt(entry, load);
      return entry;
    }
    entry = { key, error: "", ready: false };
    store.set(key, entry);
    if (store.size > MOST_HELD[kind]) store.delete(store.keys().next().value);
    attempt(entry, load);
    return entry;
  }

  /* What could not be had keeps its words until it is asked for once more and told otherwise. */
  async function attempt(entry, load) {
    entry.again = false;
    try {
      Object.assign(entry, await load(entry));
      entry.error = "";
    } catch (failure) {
      entry.error = failure.message;
      setTimeout(() => {
        entry.again = true;
        tell();
      }, AGAIN_AFTER_MS);
    }
    tell();
  }

  const NUMBERS = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity };

  /** Points of one logged embedding: {ready, error, info, rows (null: all), columns}. */
  function points(run, tag, at, sign) {
    const query = new URLSearchParams({ run, tag, at });
    return entryOf("points", `${query}&${sign}`, async () => {
      const info = await tb.wire.get(`embeddings/info?${query}`); // at once, the server would read the files twice
      const told = await tb.wire.get(`embeddings/points?${query}`);
      for (const column of told.columns) if (column.is_number) column.values = column.values.map((value) => NUMBERS[value] ?? value);
      return { ready: true, info, rows: told.rows, columns: told.columns };
    });
  }

  async function fetchColumns(question) {
    const answer = await send("coordinates", question);
    const buffer = await answer.arrayBuffer();
    const length = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    const start = Math.ceil((4 + length) / 8) * 8;
    const columns = header.columns.map(([, offset, count]) => new Float32Array(buffer, start + offset, count));
    return { columns, explained: header.explained || null, points: header.points };
  }

  async function send(path, body) {
    let answer;
    try {
      const [headers, method] = [{ "Content-Type": "application/json" }, "POST"];
      answer = await fetch(`${tb.known.prefix}api/v1/embeddings/${path}`, { method, headers, body: JSON.stringify(body) });
    } catch (unreachable) {
      throw new Error("The server does not answer. Is it still running?");
    }
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || `The server answered ${answer.status}.`);
    return answer;
  }

  const post = async (path, body) => (await send(path, body)).json();

  /** Coordinates of a question: {ready, error, columns, explained, job}; of a map as far as it is. */
  function coordinates(question) {
    const entry = entryOf("coordinates", keyOf(question), async (made) => {
      if (!isMap(question)) return { ready: true, ...(await fetchColumns(question)) };
      made.question = question;
      return follow(made, await post("job", question));
    });
    if (entry.job && underWay(entry) && !entry.polling) poll(entry);
    return entry;
  }

  const underWay = (entry) => entry.job.state === "running" || entry.job.state === "waiting";

  /* Take what a map's job says; fetch the picture where there is a newer one. */
  async function follow(entry, job) {
    const seen = entry.job?.pictures ?? 0;
    entry.job = job;
    if (job.state === "done" || (job.state === "running" && job.pictures > seen)) {
      Object.assign(entry, await fetchColumns(entry.question), { ready: true });
    }
    if (underWay(entry) && !entry.polling) poll(entry);
    return {};
  }

  async function poll(entry) {
    entry.polling = true;
    while (underWay(entry) && wanted.has(entry.key) && !document.hidden) {
      await new Promise((wake) => setTimeout(wake, POLL_MS));
      try {
        await follow(entry, await post("job", entry.question));
        entry.error = "";
      } catch (failure) {
        entry.error = failure.message;
      }
      tell();
    }
    entry.polling = false;
  }

  async function begin(question) {
    const entry = coordinates(question);
    entry.job = { state: "waiting", done: 0, words: "asking the server", pictures: 0 };
    tell();
    try {
      await follow(entry, await post("job", { ...question, begin: true }));
    } catch (failure) {
      entry.job = { state: "failed", done: 0, words: failure.message, pictures: 0 };
    }
    tell();
  }

  async function cancel(question) {
    await post("cancel", question).catch((failure) => tb.toast(failure.message));
    held.coordinates.delete(keyOf(question));
    tell();
  }

  /** The points nearest to one: {ready, error, points, distances}. */
  function neighbours(run, tag, at, { point, k, metric, sphere }) {
    const query = new URLSearchParams({ run, tag, at, point, k, metric, sphere: sphere ? "1" : "0" });
    return entryOf("neighbours", String(query), async () => ({ ready: true, ...(await tb.wire.get(`embeddings/neighbours?${query}`)) }));
  }

  /** Save an answer's file, named by the server. */
  async function download(question, format) {
    try {
      const answer = await send("coordinates", { ...question, format });
      const name = decodeURIComponent(answer.headers.get("Content-Disposition").split("''")[1]);
      tb.saving.save(name, await answer.blob());
    } catch (failure) {
      tb.toast(failure.message);
    }
  }

  /** Say which questions somebody looks at; the others' jobs are no longer asked about. */
  const look = (questions) => {
    wanted = new Set(questions.map(keyOf));
  };

  document.addEventListener("visibilitychange", () => !document.hidden && tell());
  tb.projector = { data: { points, coordinates, neighbours, begin, cancel, download, look, isMap, onNews: (listener) => listeners.push(listener) } };
})(window.tailboard);
