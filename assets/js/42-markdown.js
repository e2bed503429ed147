/* Draws logged texts: as Markdown made safe, as they are, or as the difference to another step or run.

   Markdown is rendered by markdown-it without HTML: tags in a text are shown as they were written, and links may lead
   to pages and mail only. Pictures become links, so that a text makes no browser call anywhere. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const HIGHEST_PX = { s: 170, m: 280, l: 400, xl: 600 };
  const WIDTHS_PX = { s: 260, m: 360, l: 600, xl: 1000 };
  const LINE_PX = 20;
  const LETTER_PX = 7;
  const PADDING_PX = 20;
  const MOST_CHARS = 20_000; // more are shown when asked for
  const MOST_MARKDOWN = 400_000; // longer texts are shown as they are
  const SIGNS = /[#*_`|<>[\]~]|^\s*(-|\+|\d+[.)])\s|^\s*(-{3,}|={3,})\s*$/m; // of Markdown; a text without any is shown as it is
  const SAFE_LINK = /^(https?:|mailto:|#|\/(?!\/))/i;
  const shapes = new WeakMap(); // list -> its shape, until it grows
  let renderer = null;

  async function markdown() {
    renderer ||= setUp(await tb.library("markdown-it-15.0.3.min.js", "markdownit"));
    return renderer;
  }

  function setUp(markdownit) {
    const rules = markdownit({ html: false, breaks: true });
    rules.validateLink = (address) => SAFE_LINK.test(address.trim());
    rules.renderer.rules.image = (tokens, at) => {
      const [address, words] = [tokens[at].attrGet("src"), tokens[at].content].map((text) => rules.utils.escapeHtml(text));
      return `<a href="${address}" target="_blank" rel="noopener noreferrer">picture: ${words || address}</a>`;
    };
    rules.renderer.rules.link_open = (tokens, at, options, env, self) => {
      tokens[at].attrSet("target", "_blank");
      tokens[at].attrSet("rel", "noopener noreferrer");
      return self.renderToken(tokens, at, options);
    };
    return rules;
  }

  /** How much room the longest text of a tag asks for. */
  function shapeOf(lists) {
    const all = lists.map(shapeOfList);
    const most = (name) => Math.max(0, ...all.map((shape) => shape[name]));
    return { letters: most("letters"), lines: most("lines") };
  }

  function shapeOfList(list) {
    const known = shapes.get(list);
    if (known && known.items === list.items.length) return known;
    const shape = { items: list.items.length, letters: 0, lines: 0 };
    for (const group of list.groups.values()) {
      const texts = group.map((item) => item.text ?? "");
      const letters = group.reduce((sum, item) => sum + (item.text?.length ?? item.size_bytes ?? 0), 0);
      shape.letters = Math.max(shape.letters, letters);
      shape.lines = Math.max(shape.lines, texts.reduce((sum, text) => sum + text.split("\n").length + 1, 0));
    }
    shapes.set(list, shape);
    return shape;
  }

  function height(shape, width) {
    const most = HIGHEST_PX[tb.view.get().image_size] || HIGHEST_PX.m;
    if (tb.comparing.of(shape.tag)) return most;
    const lines = Math.max(shape.lines, Math.ceil((shape.letters * LETTER_PX) / width));
    return Math.min(most, Math.max(2 * LINE_PX, lines * LINE_PX + PADDING_PX));
  }

  /** The text as the view wants it; `all` where it was asked for whole. */
  async function rendered(text, all) {
    const cut = !all && text.length > MOST_CHARS ? text.slice(0, MOST_CHARS) : text;
    if (tb.view.get().text_raw || cut.length > MOST_MARKDOWN || !SIGNS.test(cut)) return make("pre", { class: "text-raw", text: cut });
    const element = make("div", { class: "markdown" });
    element.innerHTML = (await markdown()).render(cut);
    return element;
  }

  const keyOf = (items) => items.map((item) => item.src || `${item.at} ${item.step} ${item.wall_time}`).join("\n");
  const joined = async (items) => (await Promise.all(items.map(tb.contents.text))).join("\n\n---\n\n");

  class Texts {
    constructor(box, about) {
      this.about = about; // {run, tag}: whose text it is
      this.whole = ""; // key of what is shown to its end
      this.element = make("div", { class: "text", tabindex: "0", role: "region", "aria-label": `Text of ${about.run}`, "data-own-keys": "" });
      this.awaited = new tb.Awaited((words) => this.element.replaceChildren(make("p", { class: "figure-words", text: `This text could not be shown: ${words}` })));
      box.replaceChildren(this.element);
    }

    show(items) {
      const other = tb.comparing.other(this.about.run, this.about.tag, items[0].step);
      const shown = keyOf(items);
      const key = JSON.stringify([shown, tb.view.get().text_raw, this.whole === shown, other && [other.words, other.items && keyOf(other.items)]]);
      this.awaited.show(key, () => this.load(items, shown, other), (children) => this.fill(children, shown));
    }

    /* What was scrolled to stays in place where the same text is drawn in another way, and where nothing is new above. */
    fill(children, shown) {
      const top = this.shown ? this.element.scrollTop : 0;
      this.element.replaceChildren(...children);
      this.element.scrollTop = top;
      this.shown = shown;
    }

    async load(items, shown, other) {
      if (other?.items) return [await tb.comparing.element(await joined(other.items), await joined(items), other.words)];
      const note = other ? [make("p", { class: "quiet text-note", text: other.words })] : [];
      const parts = await Promise.all(items.map((item) => this.part(item, items, shown)));
      return [...note, ...parts.flat()];
    }

    async part(item, items, shown) {
      const text = await tb.contents.text(item);
      const all = this.whole === shown;
      const element = await rendered(text, all);
      const caption = item.caption || (items.length > 1 ? `${item.index + 1} of ${item.count}` : "");
      const head = caption ? make("h4", { class: "quiet", text: caption }) : null;
      return [head, element, all || text.length <= MOST_CHARS ? null : this.more(text, items, shown)].filter(Boolean);
    }

    more(text, items, shown) {
      const button = make("button", { class: "button", type: "button", text: `show all ${format.integer(text.length)} characters` });
      button.addEventListener("click", () => {
        this.whole = shown;
        this.show(items);
        this.element.focus();
      });
      return button;
    }

    drop() {
      this.awaited.drop();
      this.element.remove();
    }
  }

  function makeLarge(box) {
    const texts = new Texts(box, tb.enlarged.target());
    return {
      show(item) {
        texts.about = tb.enlarged.target(); // run and tag
        texts.show([item]);
      },
      drop: () => texts.drop(),
    };
  }

  /* In the head of a section: what to compare with, and whether Markdown is drawn. */
  function tools(section) {
    const raw = make("button", { class: "toggle", type: "button", "data-act": "toggle", "data-field": "text_raw", text: "raw", title: "Show texts as they were logged, not as Markdown" });
    const chooser = tb.comparing.chooser(section);
    return {
      element: make("span", { class: "row section-tools" }, chooser.element, raw),
      show: () => {
        raw.setAttribute("aria-pressed", String(tb.view.get().text_raw));
        chooser.show();
      },
    };
  }

  tb.drawers.markdown = {
    widths: WIDTHS_PX,
    shares: true,
    shapeOf,
    height,
    tools,
    make: (box, open, about) => new Texts(box, about),
    large: () => makeLarge,
  };
})(window.tailboard);
