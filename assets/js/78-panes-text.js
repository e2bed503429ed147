/* Windows with text: plain text as it is; a script's HTML and drawings in a frame without an origin; players. And the
   keys that go to a script from whatever has the focus. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const OWN_FOCUS = /<(input|textarea|select|button|script|iframe)|contenteditable/i;
  const WHOLE = /<(script|html|body|head|style|link|meta|iframe|audio|video)\b/i; // pages of their own, made for white paper
  const DRAWING = /^\s*<svg\b/i;
  const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; form-action 'none'; base-uri 'none'";
  const NOT_SENT = new Set(["Tab", "Escape", "Shift", "Control", "Alt", "Meta"]); // or nobody could leave

  /* A piece of HTML as a page in the colours of the theme; a drawing on white, scaled down where it is wider. */
  function wrapped(html, isWhite) {
    const { token } = tb.paneLook;
    const [text, link, hairline] = isWhite ? ["black", "blue", "gray"] : ["text", "accent", "hairline"].map(token);
    const fit = DRAWING.test(html) ? "body{margin:0}svg{display:block;max-width:100%;max-height:100vh;margin:auto}" : "";
    const style = `body{margin:6px 8px;font:13px/1.4 system-ui,sans-serif;color:${text};overflow-wrap:anywhere}a{color:${link}}img{max-width:100%}table{border-collapse:collapse}:is(td,th){border:1px solid ${hairline};padding:2px 6px;text-align:left}${fit}`;
    return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${style}</style><body>${html}`;
  }

  /** Send the keys that are pressed in an element to the script, as visdom's own page does when they go up. */
  tb.paneKeys = function (element, pane) {
    element.tabIndex = 0;
    element.classList.add("pane-keys");
    const isSent = (event) => event.target === element && tb.panes.state.writable && !NOT_SENT.has(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
    element.addEventListener("keydown", (event) => {
      if (!isSent(event)) return;
      event.preventDefault(); // arrows and letters mean something to the script, not to the page
      event.stopPropagation();
    });
    element.addEventListener("keyup", (event) => {
      if (!isSent(event)) return;
      event.stopPropagation();
      tb.panes.send(pane.window, { event_type: "KeyPress", key: event.key, key_code: event.keyCode });
    });
  };

  class TextPane {
    constructor(body, pane) {
      this.pane = pane;
      this.element = make("div", { class: "pane-text", role: "group" });
      body.append(this.element);
      tb.paneKeys(this.element, pane);
      this.takeBack = () => this.keepFocus();
      addEventListener("blur", this.takeBack);
    }

    show(each) {
      this.each = each;
      this.element.setAttribute("aria-label", `${this.pane.name}: keys go to the script`);
      const form = each.plain !== null && each.plain !== undefined ? "plain" : each.form;
      if (form !== this.form) this.element.replaceChildren();
      this.form = form;
      this.element.classList.toggle("plain", form === "plain");
      if (form === "plain") return this.showPlain(each.plain);
      if (form === "audio" || form === "video") return this.showPlayer(each, form);
      return this.showPage(each);
    }

    /* Who reads the end goes on reading the end. */
    showPlain(text) {
      const { element } = this;
      const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 4;
      if (element.textContent !== text) element.textContent = text;
      if (atEnd) element.scrollTop = element.scrollHeight;
    }

    showPlayer(each, form) {
      if (this.source === each.src && this.element.firstChild) return;
      this.source = each.src;
      const player = make(form, { class: "pane-player", controls: true, src: each.src, loop: each.loop, autoplay: each.autoplay, preload: "metadata", "aria-label": this.pane.name });
      player.muted = Boolean(each.autoplay); // browsers let nothing else begin by itself
      player.addEventListener("error", () => this.pane.complain(`This ${form} could not be played: browsers do not know its format (${each.media_type || "unknown"}).`));
      this.element.replaceChildren(player);
    }

    /* The last page stays until the next is there, so that nothing flickers. */
    showPage(each) {
      const isWhole = each.text === null || WHOLE.test(each.text);
      const isWhite = isWhole || DRAWING.test(each.text);
      const attributes = isWhole ? { src: each.src } : { srcdoc: wrapped(each.text, isWhite) };
      const state = JSON.stringify(attributes);
      if (state === this.source && this.element.firstChild) return;
      this.source = state;
      const frame = make("iframe", { class: isWhite ? "pane-frame drawing" : "pane-frame", sandbox: "allow-scripts", referrerpolicy: "no-referrer", title: this.pane.name, ...attributes });
      frame.addEventListener("load", () => this.element.querySelectorAll("iframe").forEach((other) => other !== frame && other.remove()), { once: true });
      this.element.append(frame);
    }

    /* A click into a frame takes the keys along; where nothing in it wants them they are given back to the window. */
    keepFocus() {
      const frame = document.activeElement;
      if (frame?.tagName !== "IFRAME" || frame.parentElement !== this.element || this.each.text === null || OWN_FOCUS.test(this.each.text)) return;
      setTimeout(() => this.element.focus({ preventScroll: true }));
    }

    saves() {
      const { each } = this;
      const isDrawing = this.form === "html" && each.text !== null && DRAWING.test(each.text);
      if (this.form === "plain") return [["text", () => tb.saving.save(`${this.pane.fileName()}.txt`, new Blob([each.plain], { type: "text/plain" }))]];
      if (isDrawing) return [["SVG drawing", () => tb.saving.save(`${this.pane.fileName()}.svg`, new Blob([each.text], { type: "image/svg+xml" }))]];
      const suffix = this.form === "html" ? "html" : (each.media_type || "").split("/").pop();
      return [[this.form === "html" ? "HTML page" : this.form, () => make("a", { href: each.src, download: `${this.pane.fileName()}.${suffix}` }).click()]];
    }

    drop() {
      removeEventListener("blur", this.takeBack);
      this.element.remove();
    }
  }

  /* What some client invented: as it came. */
  class OtherPane {
    constructor(body) {
      this.element = make("pre", { class: "pane-other", tabindex: "0" });
      body.append(this.element);
    }

    show(each) {
      this.element.textContent = `Windows of type “${each.type}” are not known here. What came:\n${JSON.stringify(each.content, null, 1)}`;
    }

    drop() {
      this.element.remove();
    }
  }

  Object.assign(tb.panes.drawers, { text: TextPane, other: OtherPane });
})(window.tailboard);
