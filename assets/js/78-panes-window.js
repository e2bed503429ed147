/* The frame of one window: title bar, tools, a foot for captions and sliders, a corner to pull; by hand and by key. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const grid = tb.paneGrid;
  const WORDS = { image_history: "images", network: "graph" }; // for types whose name says less
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const HINT = "Drag to move. Keys: arrows move, Shift and arrows resize, Enter enlarges, Delete closes";
  let large = null; // the window that is shown over the page

  function button(act, icon, hint) {
    return make("button", { class: `icon small icon-${icon}`, type: "button", "data-pane": act, title: hint, "aria-label": hint });
  }

  class Pane {
    constructor(board) {
      this.board = board;
      this.near = this.due = false;
      this.title = make("span", { class: "pane-title" });
      this.badge = make("span", { class: "pane-badge", hidden: true });
      this.tools = make("span", { class: "pane-tools" });
      this.bar = make("header", { class: "pane-bar", tabindex: "0", role: "group", title: HINT }, this.title, this.badge, this.tools);
      this.body = make("div", { class: "pane-body" });
      this.foot = make("footer", { class: "pane-foot", hidden: true });
      this.corner = make("span", { class: "pane-corner", title: "Drag to resize" });
      this.element = make("article", { class: "pane" }, this.bar, this.body, this.foot, this.corner);
      this.element.pane = this;
      this.tools.append(button("save", "save", "Save as a file"), button("enlarge", "enlarge", "Enlarge or shrink (Enter)"));
      this.close = button("close", "close", "Close for everybody (Delete)");
      this.tools.append(this.close);
      this.listen();
    }

    listen() {
      this.tools.addEventListener("click", (event) => {
        const act = event.target.closest("[data-pane]")?.dataset.pane;
        if (!act) return;
        event.stopPropagation(); // a click elsewhere closes menus, this one opens one
        if (act === "save") this.menu();
        else if (act === "enlarge") this.enlarge();
        else if (act === "close") this.askToClose();
        else this.drawer?.act?.(act);
      });
      this.bar.addEventListener("pointerdown", (event) => event.target.closest(".pane-tools, .menu") || this.hold(event, "move"));
      this.corner.addEventListener("pointerdown", (event) => this.hold(event, "size"));
      this.bar.addEventListener("dblclick", (event) => event.target.closest(".pane-tools, .menu") || this.enlarge());
      this.bar.addEventListener("keydown", (event) => this.key(event));
    }

    get name() {
      const { type, form, text } = this.window;
      return this.ownTitle() || WORDS[type] || (["audio", "video"].includes(form) ? form : /^\s*<svg\b/.test(text || "") ? "drawing" : type);
    }

    /* What the script called it, or its plot. */
    ownTitle() {
      const { title, layout } = this.window;
      return tb.plainTitle(title || (typeof layout?.title === "string" ? layout.title : layout?.title?.text) || "");
    }

    /** Show what the server knows of this window. It is drawn once it comes into view. */
    show(each, badge) {
      const anew = this.window?.revision !== each.revision || this.window?.key !== each.key;
      this.window = each;
      this.element.dataset.key = each.key;
      this.element.dataset.type = each.type;
      this.title.textContent = this.name;
      this.title.classList.toggle("quiet", !this.ownTitle());
      this.badge.textContent = badge || "";
      this.badge.hidden = !badge;
      this.element.setAttribute("aria-label", badge ? `${this.name} of ${badge}` : this.name);
      this.bar.setAttribute("aria-label", `Window ${this.name}`);
      this.close.hidden = each.together || !tb.panes.mayChange(each.environment);
      if (anew) this.later();
    }

    /** Put it where its place says; drawn anew where its size is another. */
    place(box) {
      this.box = box;
      if (large === this) return;
      const { left, top, width, height } = box;
      Object.assign(this.element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
      const size = `${width} ${height}`;
      if (size !== this.size) this.later();
      this.size = size;
    }

    /** To be drawn, when it is in view. */
    later() {
      this.due = true;
      if (this.near || large === this) this.board.later(this);
    }

    look(near) {
      this.near = near;
      if (near && this.due) this.board.later(this);
      this.drawer?.seen?.(near);
    }

    /** Draw now. A window that cannot be drawn says why, and the others are drawn. */
    async draw() {
      if (!this.due || !this.element.isConnected) return;
      this.due = false;
      const Drawer = tb.panes.drawers[this.window.type] || tb.panes.drawers.other;
      if (!(this.drawer instanceof Drawer)) {
        this.drawer?.drop?.();
        this.body.replaceChildren();
        this.foot.replaceChildren();
        this.drawer = new Drawer(this.body, this);
      }
      try {
        await this.drawer.show(this.window);
        this.complain("");
      } catch (failure) {
        this.complain(`This window could not be drawn: ${failure.message}`);
      }
      this.element.dataset.drawn = String(this.window.revision);
    }

    complain(words) {
      this.trouble?.remove();
      this.trouble = null;
      if (words) this.body.append((this.trouble = make("p", { class: "pane-trouble", role: "alert", text: words })));
    }

    /** Pixels inside. */
    room() {
      return [this.body.clientWidth, this.body.clientHeight];
    }

    /* --- by hand --- */
    hold(event, what) {
      if (event.button !== 0 || large === this) return;
      const from = { x: event.clientX, y: event.clientY, scroll: scrollY };
      const start = this.board.placeOf(this);
      const { step } = this.board;
      let moved = false;
      const move = (now) => {
        const [dx, dy] = [now.clientX - from.x, now.clientY - from.y + scrollY - from.scroll];
        if (!moved && Math.hypot(dx, dy) < 4) return;
        if (!moved) this.element.classList.add("held");
        moved = true;
        const [columns, rows] = [Math.round(dx / step), Math.round(dy / grid.ROW_PX)];
        this.board.preview(what === "move" ? { ...start, x: start.x + columns, y: start.y + rows } : { ...start, w: start.w + columns, h: start.h + rows });
        if (now.clientY > innerHeight - 24) scrollBy(0, 16);
        else if (now.clientY < 116) scrollBy(0, -16);
      };
      const end = (how) => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
        removeEventListener("pointercancel", end);
        removeEventListener("keydown", escape, true);
        document.body.classList.remove("panes-held");
        this.element.classList.remove("held");
        if (moved) this.board.settle(how?.type === "pointerup");
      };
      const escape = (pressed) => pressed.key === "Escape" && (pressed.stopPropagation(), end());
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
      addEventListener("pointercancel", end);
      addEventListener("keydown", escape, true);
      document.body.classList.add("panes-held"); // frames and plots would swallow the pointer
      if (what === "size") event.preventDefault();
    }

    /* --- by key --- */
    key(event) {
      if (event.target !== this.bar || event.ctrlKey || event.metaKey || event.altKey) return;
      const by = MOVES[event.key];
      if (by && large !== this) {
        const start = this.board.placeOf(this);
        const wanted = event.shiftKey ? { ...start, w: start.w + by[0], h: start.h + by[1] } : this.nextSpot(start, by);
        this.board.preview(wanted);
        this.board.settle(true);
        this.element.scrollIntoView({ block: "nearest" });
      } else if (event.key === "Enter") this.enlarge();
      else if (event.key === "Delete" || event.key === "Backspace") this.askToClose();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    /* Sideways by a column; up and down past the middle of the neighbour, or a key would do nothing. */
    nextSpot(start, [dx, dy]) {
      if (dx) return { ...start, x: start.x + dx };
      const near = this.board.places.filter((other) => other.id !== start.id && other.x < start.x + start.w && start.x < other.x + other.w);
      const above = near.filter((other) => other.y < start.y).sort(grid.reading).at(-1);
      const below = near.filter((other) => other.y >= start.y + start.h).sort(grid.reading)[0];
      if (dy < 0) return { ...start, y: above ? above.y : 0 };
      return below ? { ...start, y: below.y + below.h - start.h + 1 } : start;
    }

    /* --- larger --- */
    enlarge() {
      if (large && large !== this) large.shrink();
      if (large === this) return this.shrink();
      large = this;
      this.element.classList.add("pane-large");
      this.element.removeAttribute("style");
      document.body.classList.add("panes-large");
      this.later();
      return this.bar.focus();
    }

    shrink() {
      large = null;
      document.body.classList.remove("panes-large");
      this.element.classList.remove("pane-large");
      this.size = "";
      this.place(this.box);
    }

    /* Whether what came is to be seen: in view, or not drawn at all yet. */
    get isWanted() {
      return this.near || large === this;
    }

    get isLarge() {
      return large === this;
    }

    /* --- files --- */
    menu() {
      const open = this.tools.querySelector(".menu");
      document.querySelectorAll(".menu").forEach((menu) => menu.remove());
      if (open) return;
      const item = ([words, act]) => {
        const element = typeof act === "string" ? make("a", { role: "menuitem", href: act, download: "", text: words }) : make("button", { type: "button", role: "menuitem", text: words });
        element.addEventListener("click", () => {
          this.tools.querySelector(".menu")?.remove();
          if (typeof act !== "string") act();
        });
        return element;
      };
      const whole = this.window.together ? [] : [["JSON, all of it", tb.panes.address("window", { environment: this.window.environment, window: this.window.id })]];
      const menu = make("div", { class: "menu", role: "menu" }, ...[...(this.drawer?.saves?.() || []), ...whole].map(item));
      this.tools.append(menu);
      menu.querySelector("button, a")?.focus();
    }

    fileName() {
      return tb.saving.named(this.window.environment, this.name);
    }

    /* --- closing: for everybody, so it is asked once more --- */
    askToClose() {
      if (this.window.together) return;
      if (!tb.panes.mayChange(this.window.environment)) {
        tb.toast(tb.panes.state.reason || "This server only reads: windows cannot be closed here.");
        return;
      }
      if (this.element.querySelector(".pane-question")) return;
      const answer = (words, primary, act) => {
        const element = make("button", { class: primary ? "button primary" : "button", type: "button", text: words });
        element.addEventListener("click", act);
        return element;
      };
      const keep = () => {
        question.remove();
        this.bar.focus();
      };
      const yes = answer("Close", true, () => this.reallyClose(question));
      const question = make("div", { class: "pane-question", role: "alertdialog", "aria-label": `Close ${this.name}?` }, make("p", { text: `Close “${this.name}” for everybody? What it shows is deleted.` }), make("div", { class: "row" }, yes, answer("Keep", false, keep)));
      question.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        keep();
      });
      this.element.append(question);
      yes.focus();
    }

    async reallyClose(question) {
      const { environment, id } = this.window;
      try {
        this.board.closed(this);
        await tb.panes.edit({ action: "close", environment, windows: [id] });
      } catch (failure) {
        question.querySelector("p").textContent = `It was not closed: ${failure.message}`;
      }
    }

    drop() {
      if (large === this) this.shrink();
      this.drawer?.drop?.();
      this.element.remove();
    }
  }

  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !large || document.querySelector(".dialog")) return;
    const { bar } = large;
    large.shrink();
    bar.focus();
    event.stopPropagation();
  }, true);
  document.addEventListener("click", (event) => event.target.closest(".pane-tools") || document.querySelector(".pane-tools .menu")?.remove());

  tb.Pane = Pane;
})(window.tailboard);
