/* A tag's confusion matrices: the picked runs side by side at one step, in one scale of colours. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const GAP_PX = 8;
  const CELLS = ["counts", "true", "predicted", "all"];

  class Block {
    constructor(tag) {
      Object.assign(this, { tag, cards: new Map(), kept: new Map() });
      const cut = tag.lastIndexOf("/") + 1;
      const title = make("h3", { title: tag }, make("span", { class: "quiet", text: tag.slice(0, cut) }), tag.slice(cut));
      this.least = make("span");
      this.most = make("span");
      this.ramp = make("span", { class: "matrix-ramp", "aria-hidden": "true" });
      this.scale = make("span", { class: "matrix-scale quiet" }, this.least, this.ramp, this.most);
      this.grid = make("div", { class: "cells" });
      this.element = make("section", { class: "matrix-tag", "data-key": tag, "aria-label": tag }, make("header", {}, title, this.scale), this.grid);
    }

    /** Lay out cards for `runs`; they are filled where someone looks. */
    show({ entry, runs, look, near }) {
      const across = Math.max(1, Math.min(runs.length, look.columns));
      this.element.style.gridColumn = `span ${across}`;
      this.grid.style.gridTemplateColumns = `repeat(${across}, minmax(0, 1fr))`;
      this.grid.style.minHeight = `${Math.ceil(runs.length / across) * (tb.MatrixCard.height(look) + GAP_PX) - GAP_PX}px`;
      if (!near) return;
      for (const [id, card] of this.cards) {
        if (runs.includes(id)) continue;
        card.drop();
        this.cards.delete(id);
      }
      for (const id of runs) if (!this.cards.has(id)) this.cards.set(id, new tb.MatrixCard(id, this.tag));
      tb.setChildren(this.grid, runs.map((id) => this.cards.get(id).element));
      this.draw(entry, runs, look);
    }

    draw(entry, runs, look) {
      const view = tb.view.get();
      const how = { cells: CELLS.includes(view.evaluation_cells) ? view.evaluation_cells : "counts", errors: view.evaluation_errors };
      const found = new Map(runs.map((id) => [id, this.find(id, entry, look.step)]));
      const first = [...found.values()].find(({ data }) => data)?.data;
      const signed = view.evaluation_difference && [...found.values()].filter(({ data }) => data).length > 1;
      const values = new Map();
      for (const [id, { data }] of found) if (data) values.set(id, cached(data, how, signed && data !== first ? first : null));
      const top = this.topOf(found, values, how, signed, first);
      this.showScale(top, how, signed);
      const text = tb.matrixValues.text(how.cells, signed);
      for (const [id, card] of this.cards) {
        const one = found.get(id);
        const compared = signed && one.data !== first;
        if (compared && one.data?.size !== first.size) Object.assign(one, { words: `This matrix has ${one.data?.size} classes, that of the first run ${first.size}: there is no difference to show.`, data: null });
        const plain = tb.matrixValues.text(how.cells, false);
        const own = { values: values.get(id), signed: compared, of: compared ? first.step : null, text: compared ? text : plain, full: fullText(how.cells), top: signed && !compared ? tb.matrixValues.top(values.get(id) || []) : top };
        if (signed && !compared && one.data) one.note += ", the others less this";
        card.show(one, own, { ...look, ...how });
      }
    }

    topOf(found, values, { cells, errors }, signed, first) {
      if (!signed && cells !== "counts" && cells !== "all" && !errors) return 1;
      const some = [...found].filter(([, { data }]) => data && !(signed && data === first)).map(([id]) => values.get(id));
      return Math.max(0, ...some.map(tb.matrixValues.top));
    }

    showScale(top, { cells }, signed) {
      const words = (value) => (cells === "counts" ? format.number(value) : `${(100 * value).toPrecision(3)} %`);
      this.least.textContent = signed ? `−${words(top)}` : cells === "counts" ? "0" : "0 %";
      this.most.textContent = `${signed ? "+" : ""}${words(top)}`;
      this.ramp.classList.toggle("signed", signed);
      this.scale.hidden = !(top > 0);
    }

    /* What a run shows at the chosen step; while that is on its way, what was shown stays. */
    find(run, entry, wanted) {
      const none = { words: "", note: "", data: null, item: null, logged: true };
      if (!entry.runs.includes(run)) return { ...none, words: "Not logged by this run.", logged: false };
      tb.media.want(run, this.tag);
      const { list, step, item } = tb.evaluation.itemAt(run, this.tag, wanted);
      if (!item && list.error) return { ...none, words: list.error, error: true };
      if (!item && !list.loaded) return { ...none, loading: true };
      if (!item) return { ...none, words: list.steps.length ? `Nothing up to step ${format.integer(wanted)}: the first is at step ${format.integer(list.steps[0])}.` : "Nothing logged yet." };
      const one = tb.evaluation.matrix(run, this.tag, item);
      const note = tb.cellNote(wanted, step);
      if (one.error) return { ...none, words: one.error, error: true, note };
      const data = one.data || this.kept.get(run) || null;
      if (data) this.kept.set(run, data);
      return { ...none, data, item, note, loading: !one.data };
    }

    /** Let go of what is drawn while nobody is near. */
    rest() {
      for (const card of this.cards.values()) card.rest();
      this.kept.clear();
    }

    drop() {
      for (const card of this.cards.values()) card.drop();
      this.element.remove();
    }
  }

  const memory = new WeakMap(); // data -> {key, less, values}
  function cached(data, how, less) {
    const key = JSON.stringify(how);
    const old = memory.get(data);
    if (old?.key === key && old.less === less) return old.values;
    const own = tb.matrixValues.of(data, how);
    const other = less && less.size === data.size ? tb.matrixValues.of(less, how) : null;
    const values = other ? own.map((value, i) => value - other[i]) : own;
    memory.set(data, { key, less, values });
    return values;
  }

  const fullText = (cells) => (value) => (Number.isNaN(value) ? "–" : `${value < 0 ? "−" : "+"}${cells === "counts" ? format.number(Math.abs(value)) : `${(100 * Math.abs(value)).toPrecision(3)} points of a percent`}`);

  tb.MatrixBlock = Block;
})(window.tailboard);
