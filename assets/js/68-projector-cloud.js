/* One run's cloud: its points at one step, drawn, turned by the camera that all clouds share, and told under the pointer. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const P = tb.projector;
  const MOVE_MS = 220; // from one step's places to the next one's
  const MOST_PICTURES = 2000;
  const PICTURE_PX = 22;
  const NEAR_PX = 9; // of the pointer
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  class Cloud {
    /** `page`: {view, camera, hover(cloud, place), choose(cloud, place), redraw()}. */
    constructor(run, page) {
      Object.assign(this, { run, page, ready: false, shown: null, at: null, hovered: -1, sprite: null });
      this.note = make("span", { class: "cell-note quiet" });
      this.head = make("header", {}, make("span", { class: "cell-swatch" }), make("span", { class: "cell-run", title: run }), this.note);
      const label = `Cloud of ${run}: arrows turn it, + and − enlarge, 0 fits, Shift and arrows move it`;
      this.canvas = make("canvas", { class: "cloud-points", tabindex: "0", role: "img", "aria-label": label });
      this.marks = make("canvas", { class: "cloud-marks" });
      this.words = make("div", { class: "cloud-words" });
      this.box = make("div", { class: "cloud-box" }, this.canvas, this.marks, this.words);
      this.element = make("article", { class: "cell cloud", "data-run": run, "aria-label": `Points of ${run}` }, this.head, this.box);
      this.painter = new P.Painter(this.canvas);
      P.steer(this);
    }

    /** Take what is known: the item, its points, its coordinates, and the words where there is nothing to draw. */
    show({ item, step, wanted, points, answer, columns, question, words }) {
      const run = tb.live.runs.get(this.run);
      this.head.firstChild.replaceChildren(tb.runs.swatch(run));
      this.head.querySelector(".cell-run").textContent = tb.runs.title(this.run).split("/").at(-1);
      Object.assign(this, { item, step, points: points?.ready ? points : null, answer, question });
      this.ready = Boolean(this.points && columns && columns[0].length === this.points.info.points);
      this.note.textContent = [tb.cellNote(wanted, step), this.countWords()].filter(Boolean).join(" · ");
      this.note.title = this.points?.info.note || "";
      this.note.classList.toggle("nearest", wanted !== null && step !== null && wanted !== step);
      const is = words?.dataset.is ?? "";
      if (this.words.dataset.is !== is) this.words.replaceChildren(...(words ? [words] : []));
      this.words.dataset.is = is;
      this.words.classList.toggle("over", this.ready);
      this.box.classList.toggle("loading", !this.ready && !words);
      this.canvas.hidden = this.marks.hidden = !this.ready;
      if (this.ready) this.place(columns);
    }

    countWords() {
      const info = this.points?.info;
      if (!info) return "";
      const sampled = info.points + info.left_out < info.total ? `${format.integer(info.points)} of ${format.integer(info.total)} points, evenly drawn by lot` : `${format.integer(info.points)} points`;
      const left = info.left_out ? `, ${format.integer(info.left_out)} left out: not finite` : "";
      return `${sampled}${left} × ${format.integer(info.dimensions)}${info.note ? " ⚠" : ""}`;
    }

    /* Go to new coordinates: at once, or through what lies between where the same points move. */
    place(columns) {
      if (this.columns === columns) return;
      const target = P.placed(columns, P.extents(columns, this.question.method === "axes"));
      const moves = this.at && this.target?.length === target.length && this.dims === columns.length && !still.matches;
      Object.assign(this, { columns, target, dims: columns.length });
      cancelAnimationFrame(this.moving);
      if (!moves) this.at = target;
      else this.move(this.at.slice(), target, performance.now());
    }

    move(from, to, begun) {
      const share = Math.min(1, (performance.now() - begun) / MOVE_MS);
      const eased = share * (2 - share);
      this.at = share < 1 ? from.map((value, i) => value + (to[i] - value) * eased) : to;
      this.draw();
      if (share < 1) this.moving = requestAnimationFrame(() => this.move(from, to, begun));
    }

    /* Only for who looks at a picture: it may be tens of megabytes. */
    loadSprite() {
      const [width, height] = this.item?.meta?.sprite_px || [];
      const src = width && height ? this.item.parts?.sprite : undefined;
      if (this.sprite?.src === src) return;
      this.sprite = null;
      if (!src) return;
      const image = new Image();
      this.sprite = { src, image: null, width, height };
      const { sprite } = this;
      image.onload = () => {
        const [columns, lines] = [image.naturalWidth / width, image.naturalHeight / height].map(Math.floor);
        Object.assign(sprite, { image, columns: Math.max(1, columns), lines });
        this.page.pictured(this);
      };
      image.src = src;
    }

    /** The row that was logged, of a point; and the point of a row, -1 where it is not shown. */
    rowOf(place) {
      return this.points.rows ? this.points.rows[place] : place;
    }

    placeOf(row) {
      const { rows, info } = this.points;
      if (!rows) return row >= 0 && row < info.points ? row : -1;
      this.places = this.placesOf === rows ? this.places : new Map(rows.map((one, place) => [one, place]));
      this.placesOf = rows;
      return this.places.get(row) ?? -1;
    }

    get flat() {
      return this.dims === 2;
    }

    resize() {
      const [width, height] = [this.box.clientWidth, this.box.clientHeight];
      const sharp = window.devicePixelRatio || 1;
      Object.assign(this, { width, height, sharp });
      this.painter.resize(Math.max(1, Math.round(width * sharp)), Math.max(1, Math.round(height * sharp)));
      for (const canvas of [this.canvas, this.marks]) Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }

    /** Draw all at the next picture of the screen. */
    draw() {
      if (!this.ready || this.frame) return;
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        if (this.ready && this.element.isConnected) this.paint();
      });
    }

    paint() {
      this.resize();
      const n = this.at.length / 3;
      if (this.x?.length !== n) Object.assign(this, { x: new Float32Array(n), y: new Float32Array(n), near: new Float32Array(n) });
      P.project(this.at, this.page.camera, this.flat, this.width, this.height, this);
      const { colours, off, lit } = this.look;
      const theme = this.look.theme;
      if (this.look.pictures) this.loadSprite();
      const pictures = this.look.pictures && this.sprite?.image && n <= MOST_PICTURES;
      const zoom = this.page.camera.zoom ** 0.35;
      const shared = { off, found: lit, look: theme, sharp: this.sharp };
      if (pictures) this.painter.pictures(this, colours, { ...shared, side: PICTURE_PX * zoom, sprite: this.sprite, rows: this.points.rows });
      else this.painter.points(this, colours, { ...shared, radius: P.radiusFor(n) * zoom, flat: this.flat });
      this.drawn = (this.drawn || 0) + 1;
      this.mark();
    }

    /** Draw what lies over the points: axes, rings, labels. */
    mark() {
      if (this.x) P.drawMarks(this);
    }

    /** The point at a place of the box: of those near, the one in front; -1 where there is none. */
    find(x, y) {
      const { off, colours } = this.look;
      const reach = this.look.pictures && this.sprite?.image ? PICTURE_PX / 2 : NEAR_PX;
      let [best, place] = [Infinity, -1];
      for (let one = 0; one < this.x.length; one += 1) {
        const [dx, dy] = [this.x[one] - x, this.y[one] - y];
        if (dx > reach || dx < -reach || dy > reach || dy < -reach || off[colours.of[one]]) continue;
        const far = Math.hypot(dx, dy) - this.near[one] * 1.5 - (this.look.lit?.[one] ? 4 : 0);
        if (far < best) [best, place] = [far, one];
      }
      return place;
    }

    /** What a point is called: its value in the first column of texts, else the one that colours, else its row. */
    labelOf(place) {
      const columns = this.points.columns;
      const named = columns.find((column) => !column.is_number) || columns.find((column) => column.name === this.look.colours.column);
      const text = named ? String(named.values[place]) : "";
      return text || `point ${format.integer(this.rowOf(place))}`;
    }

    /** A point's picture as an element no larger than `side` pixels; null where it has none. */
    pictureOf(place, side) {
      this.loadSprite();
      const { sprite } = this;
      if (!sprite?.image) return null;
      const row = this.rowOf(place);
      const [column, line] = [row % sprite.columns, Math.floor(row / sprite.columns)];
      if (line >= sprite.lines) return null;
      const scale = Math.min(side / sprite.width, side / sprite.height);
      const element = make("div", { class: `point-picture${scale > 1 ? " pixels" : ""}`, role: "img", "aria-label": `Picture of ${this.labelOf(place)}` });
      Object.assign(element.style, {
        width: `${sprite.width * scale}px`,
        height: `${sprite.height * scale}px`,
        backgroundImage: `url("${sprite.src}")`,
        backgroundSize: `${sprite.image.naturalWidth * scale}px ${sprite.image.naturalHeight * scale}px`,
        backgroundPosition: `${-column * sprite.width * scale}px ${-line * sprite.height * scale}px`,
      });
      return element;
    }

    drop() {
      cancelAnimationFrame(this.moving);
      cancelAnimationFrame(this.frame);
      if (this.hovered >= 0) this.page.hover(this, -1);
      this.element.remove();
    }
  }

  P.Cloud = Cloud;
})(window.tailboard);
