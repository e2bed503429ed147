/* Windows with pictures: one, or those of a history with a slider. A click says where to the script, keys go there too;
   Ctrl and the wheel zooms around the pointer, a drag moves what is zoomed, a double click shows all again. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const MOST_ZOOM = 64;

  class ImagePane {
    constructor(body, pane) {
      this.pane = pane;
      this.image = make("img", { alt: "", draggable: "false", class: "pane-image" });
      this.element = make("div", { class: "pane-stage" }, this.image);
      this.caption = make("p", { class: "pane-caption" });
      body.append(this.element);
      pane.foot.append(this.caption);
      this.reset();
      this.image.addEventListener("load", () => this.sharpen());
      this.image.addEventListener("error", () => pane.complain("This picture could not be loaded: its data is no image that browsers know."));
      this.element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
      this.element.addEventListener("pointerdown", (event) => this.grab(event));
      this.element.addEventListener("dblclick", () => this.reset());
      tb.paneKeys(this.element, pane);
    }

    show(each) {
      const [item, place] = this.pick(each);
      this.item = item;
      if (this.image.getAttribute("src") !== item.src) this.image.src = item.src;
      this.image.alt = item.caption || this.pane.name;
      this.caption.textContent = item.caption || "";
      this.caption.hidden = !item.caption;
      this.element.setAttribute("aria-label", `${this.pane.name}: clicks and keys go to the script`);
      this.pane.foot.hidden = !item.caption && place === null;
      this.sharpen();
    }

    /* A picture, and its place where it is one of several. */
    pick(each) {
      return [each, null];
    }

    sharpen() {
      const { naturalWidth, naturalHeight, clientWidth, clientHeight } = this.image;
      if (naturalWidth) this.image.classList.toggle("pixels", this.scale * Math.min(clientWidth / naturalWidth, clientHeight / naturalHeight) >= 2);
    }

    reset() {
      Object.assign(this, { scale: 1, x: 0, y: 0 });
      this.move();
    }

    move() {
      this.image.style.transform = this.scale === 1 ? "" : `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
      this.element.classList.toggle("zoomed", this.scale !== 1);
    }

    wheel(event) {
      if (!event.ctrlKey && !event.metaKey && !this.pane.isLarge) return;
      event.preventDefault();
      const box = this.element.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      const scale = Math.min(MOST_ZOOM, Math.max(1, this.scale * Math.exp(-Math.sign(event.deltaY) / 5)));
      const by = scale / this.scale;
      Object.assign(this, { scale, x: x - (x - this.x) * by, y: y - (y - this.y) * by });
      if (scale === 1) this.reset();
      this.move();
      this.sharpen();
    }

    grab(event) {
      if (event.button !== 0) return;
      const from = { x: event.clientX, y: event.clientY, left: this.x, top: this.y };
      let moved = false;
      const move = (now) => {
        const [dx, dy] = [now.clientX - from.x, now.clientY - from.y];
        moved ||= Math.hypot(dx, dy) > 3;
        if (this.scale === 1 || !moved) return;
        Object.assign(this, { x: from.left + dx, y: from.top + dy });
        this.move();
      };
      const end = (now) => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
        if (!moved) this.tell(now);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
    }

    /* The pixel of the picture that was clicked. */
    tell(event) {
      const { naturalWidth: wide, naturalHeight: high } = this.image;
      if (!wide) return;
      const box = this.image.getBoundingClientRect();
      const scale = Math.min(box.width / wide, box.height / high);
      const x = (event.clientX - box.left - (box.width - wide * scale) / 2) / scale;
      const y = (event.clientY - box.top - (box.height - high * scale) / 2) / scale;
      if (x < 0 || y < 0 || x >= wide || y >= high) return;
      tb.panes.send(this.pane.window, { event_type: "Click", image_coord: { x: Math.floor(x), y: Math.floor(y) } });
    }

    saves() {
      const type = this.item.src.match(/^data:image\/(\w+)|\.(\w+)(?:$|[&?#])/);
      const name = `${this.pane.fileName()}.${(type?.[1] || type?.[2] || "png").replace("jpeg", "jpg")}`;
      return [["picture", () => make("a", { href: this.item.src, download: name }).click()]];
    }

    drop() {
      this.element.remove();
      this.pane.foot.replaceChildren();
      this.pane.foot.hidden = true;
    }
  }

  /* Pictures of one window over time; the newest is shown until somebody slides. */
  class HistoryPane extends ImagePane {
    constructor(body, pane) {
      super(body, pane);
      this.place = null; // null: the one that the script chose
      this.older = new Map(); // place -> picture that did not come along
      this.slider = make("input", { type: "range", min: "0", step: "1", "aria-label": "Which picture" });
      this.words = make("span", { class: "pane-place" });
      this.line = make("div", { class: "pane-slider" }, this.slider, this.words);
      this.slider.addEventListener("input", () => this.choose(Number(this.slider.value)));
      pane.foot.append(this.line);
    }

    pick(each) {
      const last = each.count - 1;
      const place = Math.min(this.place ?? each.selected ?? last, last);
      Object.assign(this.slider, { max: String(last), value: String(place) });
      this.slider.disabled = last < 1;
      this.words.textContent = `${tb.format.integer(place + 1)} of ${tb.format.integer(each.count)}`;
      this.line.hidden = each.show_slider === false;
      const item = each.images[place - (each.first || 0)] || this.before(each, place);
      return [item, this.line.hidden ? null : place];
    }

    /* One that is older than those that came along. */
    before(each, place) {
      return { src: tb.panes.address("content", { environment: each.environment, window: each.id, at: place }), caption: each.captions?.[place] || "" };
    }

    choose(place) {
      const each = this.pane.window;
      this.place = place === each.count - 1 ? null : place;
      this.show(this.place === null ? { ...each, selected: each.count - 1 } : each);
    }
  }

  Object.assign(tb.panes.drawers, { image: ImagePane, image_history: HistoryPane });
})(window.tailboard);
