/* Draws logged tensors: one number, a line, or a heat map; of more dimensions the slice that is chosen for all runs. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const WIDTHS_PX = { s: 220, m: 280, l: 520, xl: 820 };
  const HEIGHT = 0.75; // of its width
  const WORDS_PX = 36; // two lines of facts
  const VALUE_PX = 20;
  const slices = new Map(); // tag -> sizes of the leading axes that are known, for the sliders

  /* --- which slice: the view holds [tag, place, place, ...] as JSON for each tag that was moved --- */
  function sliceOf(tag) {
    for (const text of tb.view.get().tensor_slices) {
      try {
        const [named, ...places] = JSON.parse(text);
        if (named === tag) return places.map((place) => Math.max(0, Math.round(Number(place)) || 0));
      } catch (broken) {
        continue; // an address that somebody shortened
      }
    }
    return [];
  }

  function chooseSlice(tag, axis, place) {
    const sizes = slices.get(tag) || [];
    const places = sizes.map((_, i) => sliceOf(tag)[i] || 0);
    places[axis] = place;
    const others = tb.view.get().tensor_slices.filter((text) => !text.startsWith(JSON.stringify([tag]).slice(0, -1) + ","));
    tb.view.set({ tensor_slices: places.some(Boolean) ? [...others, JSON.stringify([tag, ...places])] : others });
  }

  /** The chosen slice of an array as rows and columns: `{values, rows, columns, places}`. */
  function cut({ shape, values }, chosen) {
    const columns = shape.length ? shape.at(-1) : 1;
    const rows = shape.length > 1 ? shape.at(-2) : 1;
    const leading = shape.slice(0, -2);
    const places = leading.map((size, i) => Math.min(chosen[i] || 0, size - 1));
    const begin = leading.reduce((at, size, i) => at * size + places[i], 0) * rows * columns;
    return { values: values.subarray(begin, begin + rows * columns), rows, columns, places };
  }

  class Tensor {
    constructor(box, { tag }) {
      this.tag = tag;
      this.words = make("p", { class: "tensor-words quiet" });
      this.canvas = make("canvas", { class: "tensor-canvas", tabindex: "0", role: "img", "data-own-keys": "" });
      this.number = make("p", { class: "tensor-number", hidden: "" });
      this.value = make("p", { class: "tensor-value", role: "status" });
      this.element = make("div", { class: "tensor" }, this.words, this.number, this.canvas, this.value);
      this.awaited = new tb.Awaited((words) => this.fault(`This tensor could not be shown: ${words}`));
      this.cursor = null; // {row, column}
      this.listen();
      box.replaceChildren(this.element);
    }

    listen() {
      this.canvas.addEventListener("pointermove", (event) => this.array && this.point(this.drawn?.at(event.offsetX, event.offsetY) ?? null));
      this.canvas.addEventListener("pointerleave", () => this.point(null));
      this.canvas.addEventListener("keydown", (event) => this.pressed(event));
    }

    show(items, width, height) {
      const [item] = items;
      this.more = items.length > 1 ? ` · 1 of ${items.length}` : "";
      this.size = [width, height - WORDS_PX - VALUE_PX];
      const look = JSON.stringify([this.size, sliceOf(this.tag), document.documentElement.dataset.theme, getComputedStyle(this.canvas).color]);
      if (look !== this.look && this.array) requestAnimationFrame(() => this.draw());
      this.look = look;
      if (!item.src) return this.fault(item.caption || `${item.meta?.dtype ?? "It"}, shape (${(item.meta?.shape ?? []).join(", ")}): there are no numbers in it to draw.`);
      return this.awaited.show(item.src, () => tb.contents.array(item.src), (array) => this.fill(item, array));
    }

    fill(item, array) {
      this.array = array;
      this.facts = tb.npy.facts(array.values);
      slices.set(this.tag, array.shape.slice(0, -2));
      tb.gallery.later(); // the sliders in the section's head
      const { low, high, mean, nan, inf } = this.facts;
      const shape = array.shape.length ? `(${array.shape.join(", ")}${array.shape.length === 1 ? "," : ""})` : "a number";
      const odd = [nan && `${format.integer(nan)} NaN`, inf && `${format.integer(inf)} infinite`].filter(Boolean).join(", ");
      const bad = odd ? [make("strong", { class: "tensor-odd", text: ` · ${odd}` })] : [];
      this.words.replaceChildren(`${item.caption ? item.caption + " · " : ""}${array.dtype} ${shape}${this.more}`, make("br"), `min ${format.number(low)}, mean ${format.number(mean)}, max ${format.number(high)}`, ...bad);
      this.canvas.setAttribute("aria-label", `Tensor at step ${item.step}: ${this.words.textContent}. Arrow keys read its numbers.`);
      this.draw();
    }

    fault(words) {
      this.array = null;
      this.words.textContent = words;
      this.canvas.hidden = this.number.hidden = true;
    }

    draw() {
      if (!this.array || !this.canvas.isConnected) return;
      const { values, shape } = this.array;
      const single = values.length === 1 && shape.length < 2;
      this.number.hidden = !single;
      this.canvas.hidden = single;
      if (single) {
        this.number.textContent = format.number(values[0]);
        this.number.title = String(values[0]);
        return;
      }
      this.slice = cut(this.array, sliceOf(this.tag));
      const paint = this.slice.rows === 1 && shape.length < 2 ? tb.tensorPaint.line : tb.tensorPaint.heat;
      this.drawn = paint(this.canvas, this.slice, this.facts, this.size, this.cursor);
      this.tell();
    }

    /* The value under the pointer or the keys' cursor. */
    point(place) {
      if (JSON.stringify(place) === JSON.stringify(this.cursor)) return;
      this.cursor = place;
      this.draw();
    }

    tell() {
      const { cursor, slice } = this;
      if (!cursor) return (this.value.textContent = "");
      const { shape } = this.array;
      const place = [...slice.places, ...(shape.length > 1 ? [cursor.row] : []), cursor.column];
      const value = slice.values[cursor.row * slice.columns + cursor.column];
      return (this.value.textContent = `[${place.join(", ")}] = ${value}`);
    }

    pressed(event) {
      const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
      const move = moves[event.key];
      if (!move || !this.slice || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const { rows, columns } = this.slice;
      const { row, column } = this.cursor || { row: 0, column: -move[1] };
      this.point({ row: Math.max(0, Math.min(rows - 1, row + move[0])), column: Math.max(0, Math.min(columns - 1, column + move[1])) });
    }

    drop() {
      this.awaited.drop();
      this.element.remove();
    }
  }

  /* In the head of a section: a slider for each leading axis, once somebody saw how many there are. */
  function tools(section) {
    const element = make("span", { class: "row section-tools" });
    function show() {
      const sizes = slices.get(section.tag) || [];
      const places = sliceOf(section.tag);
      if (element.dataset.key !== sizes.join()) {
        element.dataset.key = sizes.join();
        element.replaceChildren(...sizes.map((size, axis) => axisSlider(section.tag, axis, size)));
      }
      [...element.children].forEach((label, axis) => {
        const place = Math.min(places[axis] || 0, sizes[axis] - 1);
        label.querySelector("input").value = place;
        label.querySelector("output").textContent = `${place} of ${sizes[axis]}`;
      });
    }
    return { element, show };
  }

  function axisSlider(tag, axis, size) {
    const slider = make("input", { type: "range", min: 0, max: Math.max(0, size - 1), step: 1, "aria-label": `Place on axis ${axis} of ${tag}` });
    slider.addEventListener("input", () => chooseSlice(tag, axis, Number(slider.value)));
    return make("label", { class: "row tensor-axis" }, make("span", { class: "quiet", text: `axis ${axis}` }), slider, make("output", {}));
  }

  function makeLarge(box) {
    let tensor = null;
    return {
      show(item, width, height) {
        const { tag } = tb.enlarged.target();
        if (tensor?.tag !== tag) {
          tensor?.drop();
          tensor = new Tensor(box, { tag });
        }
        tensor.show([item], width, height);
      },
      drop: () => tensor?.drop(),
    };
  }

  function makeSmall(box, open, about) {
    const tensor = new Tensor(box, about);
    return { show: (items, shape, width) => tensor.show(items, width, height(shape, width)), drop: () => tensor.drop() };
  }

  const height = (shape, width) => Math.round(width * HEIGHT);
  tb.drawers.tensor = { widths: WIDTHS_PX, height, tools, make: makeSmall, large: () => makeLarge };
})(window.tailboard);
