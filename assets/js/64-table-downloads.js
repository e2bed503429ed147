/* Downloads of the table: plain links that the browser saves, and a bar that says how far the server is. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const FORMATS = { csv: "CSV", parquet: "Parquet", jsonl: "JSON lines" };
  const ASK_MS = 250;
  const PATIENCE_MS = 5000; // a ticket that is not known by then is served by another process
  let menu = null;

  /** A name for this download that no other has; `crypto.randomUUID` needs https. */
  const newTicket = () => Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("-");

  /** The table as it is on show, or every record behind it as it was logged. */
  function question(everyRecord) {
    const shown = tb.table.shown();
    const query = tb.tableQuestion.parameters();
    if (!everyRecord) {
      const whole = tb.tableQuestion.withColumns(query, shown);
      tb.view.get()[tb.tableQuestion.sortField(tb.view.get())].forEach((key) => whole.append("sort", key));
      return whole;
    }
    ["tag", "stats", "better", "where", "k"].forEach((name) => query.delete(name));
    new Set(shown.map(({ metric }) => metric).filter(Boolean)).forEach((tag) => query.append("tag", tag));
    query.set("rows", "long");
    return query;
  }

  function save(kind, everyRecord) {
    const ticket = newTicket();
    const query = question(everyRecord);
    query.set("format", kind);
    query.set("ticket", ticket);
    const frame = submit(query);
    follow(ticket, FORMATS[kind], frame).finally(() => frame.remove());
  }

  /** Send the question as a form whose answer the browser saves. An answer that it shows instead is an error. */
  function submit(query) {
    const frame = make("iframe", { name: `download-${query.get("ticket")}`, hidden: true, title: "Download" });
    const fields = [...query].map(([name, value]) => make("input", { type: "hidden", name, value }));
    const form = make("form", { method: "post", action: `${tb.known.prefix}api/v1/table`, target: frame.name, hidden: true }, ...fields);
    document.body.append(frame, form);
    frame.addEventListener("load", () => {
      const text = frame.contentDocument?.body?.textContent;
      if (text) frame.dataset.error = JSON.parse(text).error;
    });
    form.submit();
    form.remove();
    return frame;
  }

  const bytes = (count) => (count < 1e6 ? `${Math.round(count / 1e3)} kB` : `${(count / 1e6).toFixed(1)} MB`);

  async function follow(ticket, name, frame) {
    const bar = make("progress", { max: 1, value: 0, "aria-label": `Download of ${name}` });
    const words = make("span", { class: "quiet", text: `${name}: preparing` });
    const line = make("div", { class: "table-download" }, bar, words);
    document.getElementById("table-progress").append(line);
    const began = Date.now();
    const say = (progress) => `${format.integer(progress.rows)} rows, ${bytes(progress.size_bytes)}`;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      let progress;
      try {
        progress = await tb.wire.get(`table/progress?ticket=${ticket}`);
      } catch (unknown) {
        if (Date.now() - began < PATIENCE_MS && !frame.dataset.error) continue;
        line.remove();
        return tb.toast(frame.dataset.error ?? `${name}: see the browser's downloads. ${unknown.message}`);
      }
      bar.value = progress.done;
      words.textContent = `${name}: ${Math.floor(progress.done * 100)} %, ${say(progress)}`;
      if (progress.state === "running") continue;
      line.remove();
      const ends = { done: `${name}: whole, ${say(progress)}`, failed: `${name} failed: ${progress.message}`, stopped: `${name}: stopped after ${say(progress)}` };
      return tb.toast(ends[progress.state]);
    }
  }

  /* --- the menu --- */
  function close() {
    if (!menu) return false;
    const hadFocus = menu.contains(document.activeElement);
    menu.remove();
    menu = null;
    const button = document.querySelector('[data-act="table-save"]');
    button.setAttribute("aria-expanded", "false");
    if (hadFocus) button.focus();
    return true;
  }

  function choices(title, everyRecord) {
    const item = ([kind, name]) => {
      const button = make("button", { type: "button", role: "menuitem", class: "button", text: name });
      button.addEventListener("click", () => {
        close();
        save(kind, everyRecord);
      });
      return button;
    };
    return make("div", { role: "group", "aria-label": title }, make("p", { text: title }), make("div", { class: "row" }, ...Object.entries(FORMATS).map(item)));
  }

  function open(button) {
    if (close()) return;
    menu = make(
      "div",
      { class: "table-sheet table-menu", role: "menu", "aria-label": "Download" },
      choices("This table, every row", false),
      choices("Every record of these metrics, as it was logged", true),
      make("p", { class: "quiet", text: "Exact values, nothing sampled. A first line, or the file's metadata, says what it is." }),
    );
    button.parentElement.append(menu);
    button.setAttribute("aria-expanded", "true");
    menu.querySelector("button").focus();
  }

  document.addEventListener("click", (event) => {
    if (menu && !event.composedPath().includes(menu) && !event.target.closest('[data-act="table-save"]')) close();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && close()) return event.stopPropagation();
      if (!menu || !["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight"].includes(event.key)) return undefined;
      const items = [...menu.querySelectorAll("button")];
      const by = event.key === "ArrowDown" || event.key === "ArrowRight" ? 1 : -1;
      items[(items.indexOf(document.activeElement) + by + items.length) % items.length].focus();
      return event.preventDefault();
    },
    true,
  );

  tb.actions["table-save"] = open;
})(window.tailboard);
