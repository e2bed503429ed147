/* What is behind the address of an item, fetched and parsed once: texts, JSON, arrays. */
(function (tb) {
  "use strict";
  const MOST = 48; // parsed contents that are kept, the newest last
  const kept = new Map(); // address -> promise

  /** Promise of `parse(answer)` of the blob at `src`. Rejects with an Error whose message is fit to be read. */
  function at(src, parse) {
    const known = kept.get(src);
    if (known) kept.delete(src);
    kept.set(src, known || read(src, parse));
    if (!known) kept.get(src).catch(() => kept.delete(src)); // a failure may pass: ask again next time
    if (kept.size > MOST) kept.delete(kept.keys().next().value);
    return kept.get(src);
  }

  async function read(src, parse) {
    const answer = await fetch(src).catch(() => {
      throw new Error("The server does not answer. Is it still running?");
    });
    if (!answer.ok) {
      const told = await answer.json().catch(() => ({}));
      throw new Error(told.error || `The server answered ${answer.status}.`);
    }
    return parse(answer);
  }

  const asText = (answer) => answer.text();
  const asArray = async (answer) => tb.npy.parse(await answer.arrayBuffer());
  async function asJson(answer) {
    try {
      return await answer.json();
    } catch (broken) {
      throw new Error("Its file is no JSON.");
    }
  }

  /**
   * Draws what comes later, and only what is still wanted by then.
   * `show(key, load, paint)`: where `key` is new, paint what the promise of `load()` gives; `say` what went wrong.
   */
  class Awaited {
    constructor(say) {
      this.say = say;
      this.key = null;
    }

    async show(key, load, paint) {
      if (this.key === key) return;
      this.key = key;
      try {
        const content = await load();
        if (this.key === key) paint(content);
      } catch (failure) {
        if (this.key !== key) return;
        this.key = null; // the next look tries again
        this.say(failure.message);
      }
    }

    drop() {
      this.key = undefined;
    }
  }

  tb.Awaited = Awaited;
  tb.contents = {
    text: async (item) => (item.src ? at(item.src, asText) : item.text || ""),
    async json(item) {
      if (!item.src) throw new Error(item.caption || "it has no file.");
      return at(item.src, asJson);
    },
    array: (src) => at(src, asArray),
  };
})(window.tailboard);
