/* Decodes the answers of POST /api/v1/live: header length, JSON header, padding, columns. */
(function (tb) {
  "use strict";
  const PATIENCE_MS = 30_000;
  const ARRAYS = { f8: Float64Array, i4: Int32Array };

  function decode(buffer) {
    const length = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    const start = Math.ceil((4 + length) / 8) * 8;
    for (const panel of header.panels) {
      for (const series of panel.series) {
        for (const [name, [dtype, offset, count]] of Object.entries(series.columns || {})) {
          series[name] = new ARRAYS[dtype](buffer, start + offset, count);
        }
      }
    }
    return header;
  }

  /** Ask for what is new. Throws an Error whose message is fit to be read. */
  async function ask(question) {
    let answer;
    try {
      answer = await fetch(tb.known.prefix + "api/v1/live", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(PATIENCE_MS), // or a lost connection would hold up every later question
      });
    } catch (unreachable) {
      throw new Error("The server does not answer. Is it still running?");
    }
    if (!answer.ok) {
      const told = await answer.json().catch(() => ({}));
      throw new Error(told.error || `The server answered ${answer.status}.`);
    }
    const buffer = await answer.arrayBuffer();
    try {
      return decode(buffer);
    } catch (garbled) {
      throw new Error("The server's answer makes no sense. Does this address belong to Tailboard?");
    }
  }

  async function get(path) {
    const answer = await fetch(tb.known.prefix + "api/v1/" + path);
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.error || `The server answered ${answer.status}.`);
    return told;
  }

  /** Send a JSON object. Throws an Error whose message is fit to be read, with the `status` of the answer. */
  async function post(path, body) {
    let answer;
    try {
      answer = await fetch(tb.known.prefix + "api/v1/" + path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    } catch (unreachable) {
      throw new Error("The server does not answer. Is it still running?");
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(told.error || `The server answered ${answer.status}.`), { status: answer.status });
    return told;
  }

  /** One question at a time: who asks while one is on its way has another one sent once `round` has ended, which is when
      the answer is drawn, as long as `goesOn()`. */
  function oneAtATime(round, goesOn) {
    let busy = false;
    let again = false;
    async function next() {
      again = busy;
      if (busy) return;
      busy = true;
      do {
        again = false;
        await round();
      } while (again && goesOn());
      busy = false;
    }
    return { next, isBusy: () => busy };
  }

  tb.wire = { ask, get, post, oneAtATime };
})(window.tailboard);
