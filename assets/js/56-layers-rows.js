/* The rows of the heat maps: tags in natural order, in groups by module that fold. */
(function (tb) {
  "use strict";
  const HEIGHTS_PX = { s: 5, m: 15, l: 24, xl: 40 };
  const HEAD_PX = 16; // of a group
  const inOrder = new Intl.Collator("en", { numeric: true }).compare;

  /** The module that a tag belongs to: up to the first number (`decoder.layer.3`), else all but the last part. */
  function moduleOf(tag) {
    const numbered = tag.match(/^.*?\d+(?=[./])/);
    if (numbered) return numbered[0];
    const cut = Math.max(tag.lastIndexOf("/"), tag.lastIndexOf("."));
    return cut > 0 ? tag.slice(0, cut) : "";
  }

  function grouped(tags) {
    const groups = new Map();
    for (const tag of [...tags].sort(inOrder)) {
      const name = moduleOf(tag);
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(tag);
    }
    return groups;
  }

  /**
   * Return the rows with their places, top to bottom: {key, tags, label, head, folded, indent, top, height}.
   * A group is a row of its own, unless it has one tag; while it is folded, that row stands for all its tags.
   */
  function rowsOf(tags, { layers_folded: all, layers_except: others, layers_size: size }) {
    const rows = [];
    const height = HEIGHTS_PX[size] || HEIGHTS_PX.m;
    for (const [name, members] of grouped(tags)) {
      if (!name || members.length === 1) {
        for (const tag of members) rows.push({ key: tag, tags: [tag], label: tag, head: false, indent: 0, height });
        continue;
      }
      const folded = all !== others.includes(name);
      rows.push({ key: `${name}\n`, name, tags: members, label: name, head: true, folded, indent: 0, height: Math.max(height, HEAD_PX) });
      if (folded) continue;
      for (const tag of members) rows.push({ key: tag, tags: [tag], label: tag.slice(name.length + 1), head: false, indent: 14, height });
    }
    let top = 0;
    for (const row of rows) {
      row.top = top;
      top += row.height;
    }
    return rows;
  }

  /** Fold or unfold one group. */
  function fold(name) {
    const { layers_except: others } = tb.view.get();
    tb.view.set({ layers_except: others.includes(name) ? others.filter((other) => other !== name) : [...others, name] });
  }

  /** Place of the row at this height; -1 above all, the last below. */
  function rowAt(rows, y) {
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].top <= y) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  Object.assign(tb.layers, { rowsOf, rowAt, fold });
})(window.tailboard);
