/* Draws logged pages of HTML, each in a frame without an origin: its scripts run and reach neither the app nor a network.
   The server says the same in the headers of the page, for whoever opens its address alone. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const WIDTHS_PX = { s: 300, m: 360, l: 680, xl: 1100 };
  const HEIGHT = 0.7; // of its width
  const HIGHEST_PX = 640;
  const FOREIGN = /<(?:script|link|img|iframe)\b[^>]*?\s(?:src|href)\s*=\s*["']?\s*(?:https?:)?\/\/([^/"'\s>]+)/i;
  const LOOKED_AT = 200_000; // letters of a page that are searched for what it would load from elsewhere

  class Page {
    constructor(box) {
      this.element = make("div", { class: "page-frame" });
      this.note = make("p", { class: "page-note", hidden: "" });
      this.element.append(this.note);
      this.awaited = new tb.Awaited((words) => this.tell(`This page could not be shown: ${words}`));
      box.replaceChildren(this.element);
    }

    show(items) {
      const [item] = items;
      const more = [item.caption, items.length > 1 && `1 of ${items.length}: enlarge to see the others.`].filter(Boolean).join(" · ");
      this.awaited.show(item.src, () => tb.contents.text(item), (text) => this.load(item, text, more));
    }

    /* A frame of its own for each page, or the browser's way back would go through all of them. The last one stays
       until the next is there. */
    load(item, text, more) {
      const frame = make("iframe", { class: "page-inside", sandbox: "allow-scripts", referrerpolicy: "no-referrer", title: item.caption || `Page at step ${item.step}`, src: item.src });
      frame.addEventListener("load", () => this.element.querySelectorAll("iframe").forEach((other) => other !== frame && other.remove()), { once: true });
      this.element.append(frame);
      const foreign = text.slice(0, LOOKED_AT).match(FOREIGN);
      this.tell(more + (foreign ? ` It asks ${foreign[1]} for a part, which is not allowed here: log the page with all its parts inside.` : ""));
    }

    tell(words) {
      this.note.textContent = words;
      this.note.hidden = !words;
    }

    drop() {
      this.awaited.drop();
      this.element.remove();
    }
  }

  function makeLarge(box) {
    const page = new Page(box);
    return { show: (item) => page.show([item]), drop: () => page.drop() };
  }

  tb.drawers.page = {
    widths: WIDTHS_PX,
    shares: true,
    height: (shape, width) => Math.min(HIGHEST_PX, Math.round(width * HEIGHT)),
    make: (box) => new Page(box),
    large: () => makeLarge,
  };
})(window.tailboard);
