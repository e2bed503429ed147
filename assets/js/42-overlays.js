/* What lies above a picture: boxes with labels, and masks. Never burned in: all of it can be switched off. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const DASHES = ["", "6 4", "2 3", "8 3 2 3"]; // of the groups of boxes, in order of their names
  const MOST_BOXES = { small: 300, large: 5000 }; // drawn, those of the highest scores
  const MOST_LABELS = { small: 12, large: 300 };
  const LABELS_FROM_PX = 150; // width of a picture that has room for labels
  const LETTER_PX = 6.2;
  const LABEL_PX = 16;
  const SIDES_PX = 10; // of a label, beside its letters
  const MOST_MASK_PX = { small: 400, large: 2048 }; // of the longer side, as painted

  const scored = (box) => typeof box.score === "number";

  /** The boxes that the view lets through, the highest scores first. */
  function boxesOf(item) {
    const { boxes, box_score: least } = tb.view.get();
    if (!boxes) return [];
    const shown = (item.meta?.boxes || []).filter((box) => !(scored(box) && box.score < least) && !tb.classes.isOff(tb.classes.boxClass(box)));
    return shown.sort((a, b) => (b.score ?? 1) - (a.score ?? 1));
  }

  const wordsOf = (box) => [tb.classes.boxClass(box), scored(box) ? box.score.toFixed(2) : ""].filter(Boolean).join(" ");

  /** Group of boxes -> dash pattern of its lines. */
  function groupDashes(item) {
    const groups = [...new Set(item.meta.boxes.map((box) => box.group || ""))].sort();
    return new Map(groups.map((group, i) => [group, DASHES[i % DASHES.length]]));
  }

  class Overlay {
    constructor(large) {
      this.size = large ? "large" : "small";
      this.canvas = make("canvas", { class: "overlay-masks" });
      this.boxes = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      this.boxes.setAttribute("class", "overlay-boxes");
      this.boxes.setAttribute("preserveAspectRatio", "none");
      this.labels = make("span", { class: "overlay-labels" });
      this.fault = make("span", { class: "overlay-fault", hidden: "" });
      this.element = make("span", { class: `overlay ${this.size}` }, this.canvas, this.boxes, this.labels, this.fault);
      this.drawn = {};
    }

    /** Draw what `item` has over a picture of `natural` pixels that is shown `width` x `height` pixels large. */
    show(item, natural, width, height) {
      Object.assign(this.element.style, { width: `${width}px`, height: `${height}px` });
      const view = tb.view.get();
      const what = [item.src, item.at, view.overlay_off, tb.classes.signature()];
      const shown = [...what, view.boxes, view.box_score];
      this.once("boxes", [...shown, natural], () => this.drawBoxes(item, natural));
      this.once("labels", [...shown, Math.round(width), Math.round(height)], () => this.drawLabels(item, natural, width, height));
      this.once("masks", [...what, view.masks, natural, document.documentElement.dataset.theme], () => this.drawMasks(item, natural));
    }

    once(name, wanted, draw) {
      const text = JSON.stringify(wanted);
      if (this.drawn[name] === text) return;
      this.drawn[name] = text;
      draw();
    }

    drawBoxes(item, [width, height]) {
      this.boxes.setAttribute("viewBox", `0 0 ${width} ${height}`);
      const boxes = boxesOf(item).slice(0, MOST_BOXES[this.size]);
      const dashes = boxes.length ? groupDashes(item) : null;
      const rectangles = boxes.reverse().map((box) => {
        const [x0, y0, x1, y1] = box.box.map(Number);
        const place = `x="${Math.min(x0, x1)}" y="${Math.min(y0, y1)}" width="${Math.abs(x1 - x0)}" height="${Math.abs(y1 - y0)}"`;
        return `<rect class="halo" ${place}/><rect ${place} stroke="${tb.classes.colour(tb.classes.boxClass(box))}" stroke-dasharray="${dashes.get(box.group || "")}"/>`;
      });
      this.boxes.innerHTML = rectangles.join("");
    }

    /* Labels stand above their boxes, the highest scores first, where none is in the way. */
    drawLabels(item, natural, width, height) {
      const taken = [];
      const chips = [];
      const most = width < LABELS_FROM_PX ? 0 : MOST_LABELS[this.size];
      const [across, down] = [width / natural[0], height / natural[1]];
      for (const box of most ? boxesOf(item).slice(0, MOST_BOXES[this.size]) : []) {
        if (chips.length === most) break;
        const [x0, y0, x1, y1] = box.box;
        const words = wordsOf(box);
        const wide = words.length * LETTER_PX + SIDES_PX;
        if (this.size === "small" && (x1 - x0) * across < wide / 2) continue;
        const x = Math.max(0, Math.min(Math.min(x0, x1) * across, width - wide));
        const y = Math.max(0, Math.min(y0, y1) * down - LABEL_PX);
        if (taken.some((other) => Math.abs(other.x - x) < Math.max(wide, other.wide) && Math.abs(other.y - y) < LABEL_PX && other.x < x + wide && x < other.x + other.wide)) continue;
        taken.push({ x, y, wide });
        chips.push(chip(box, words, x, y));
      }
      this.labels.replaceChildren(...chips);
    }

    async drawMasks(item, natural) {
      const masks = tb.view.get().masks ? item.meta?.masks || [] : [];
      const wanted = this.drawn.masks;
      const found = await Promise.all(masks.map((mask) => (item.parts?.[mask.part] ? tb.masks.at(item.parts[mask.part]) : null)));
      if (this.drawn.masks !== wanted) return; // another one is asked for by now
      const missing = found.filter((mask) => !mask).length;
      this.fault.hidden = !missing;
      this.fault.textContent = `${missing} of ${masks.length} masks could not be loaded`;
      const scale = Math.min(1, MOST_MASK_PX[this.size] / Math.max(...natural));
      const [width, height] = natural.map((side) => Math.max(1, Math.round(side * scale)));
      Object.assign(this.canvas, { width, height });
      if (!masks.length) return;
      const context = this.canvas.getContext("2d");
      const image = context.createImageData(width, height);
      masks.forEach((mask, i) => found[i] && tb.masks.paint(image.data, width, height, found[i], coloursOf(mask, found[i])));
      context.putImageData(image, 0, 0);
    }
  }

  function chip(box, words, x, y) {
    const element = make("span", { class: "overlay-label", text: words });
    element.style.setProperty("--class", tb.classes.colour(tb.classes.boxClass(box)));
    Object.assign(element.style, { left: `${x}px`, top: `${y}px` });
    return element;
  }

  /* Class -> colour of the classes that occur and are not switched off. */
  function coloursOf(mask, { classes }) {
    const seen = new Uint8Array(65_536);
    for (const number of classes) seen[number] = 1;
    const numbers = [];
    seen.forEach((is, number) => is && number && numbers.push(number));
    if (tb.classes.see(mask, numbers)) tb.showOverlayBar();
    const named = numbers.map((number) => [number, tb.classes.maskClass(mask, number)]);
    return new Map(named.filter(([, name]) => !tb.classes.isOff(name)).map(([number, name]) => [number, tb.classes.rgb(name)]));
  }

  /** What lies at a place of the picture, in words: boxes, the smallest first, then the classes of masks. */
  function told(item, natural, x, y) {
    const area = ({ box: [x0, y0, x1, y1] }) => Math.abs((x1 - x0) * (y1 - y0));
    const inside = ({ box: [x0, y0, x1, y1] }) => x >= Math.min(x0, x1) && x <= Math.max(x0, x1) && y >= Math.min(y0, y1) && y <= Math.max(y0, y1);
    const boxes = boxesOf(item).filter(inside).sort((a, b) => area(a) - area(b));
    const words = boxes.map((box) => ({ name: tb.classes.boxClass(box), words: [wordsOf(box), box.group].filter(Boolean).join(", ") }));
    for (const mask of (tb.view.get().masks && item.meta?.masks) || []) {
      const decoded = tb.masks.known(item.parts?.[mask.part]);
      if (!decoded) continue;
      const [column, row] = [Math.floor((x * decoded.width) / natural[0]), Math.floor((y * decoded.height) / natural[1])];
      if (column < 0 || row < 0 || column >= decoded.width || row >= decoded.height) continue;
      const number = decoded.classes[row * decoded.width + column];
      const name = number ? tb.classes.maskClass(mask, number) : "";
      if (name && !tb.classes.isOff(name)) words.push({ name, words: name === mask.name ? `${name}, mask` : `${name}, ${mask.name}` });
    }
    return words;
  }

  tb.Overlay = Overlay;
  tb.overlaysAt = told;
  tb.groupDashes = groupDashes;
})(window.tailboard);
