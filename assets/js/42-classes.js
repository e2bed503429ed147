/* The classes that boxes and masks name: which there are over all lists, and a colour for each. */
(function (tb) {
  "use strict";
  const COLOURS = 8; // of the palette
  const MOST_UNNAMED = 64; // numbers of a mask without names that get a chip each: more are objects, not classes
  let known = new WeakMap(); // list -> {items, names, boxes, masks}, until it grows
  let names = [];
  let slots = new Map(); // name -> place in the palette

  const hasOverlays = (item) => Boolean(item?.meta?.boxes?.length || item?.meta?.masks?.length);

  /** What a class of a mask is called. Without names of its classes the first has the mask's own name. */
  function maskClass(mask, number) {
    const name = mask.classes?.[number];
    if (name) return name;
    return mask.classes || number > 1 ? `${mask.name} ${number}` : mask.name;
  }

  /** What a box is called. */
  const boxClass = (box) => box.label || "box";

  function gather(list) {
    const facts = known.get(list);
    if (facts && facts.items === list.items.length) return facts;
    const found = { items: list.items.length, names: new Set(), boxes: false, masks: false };
    for (const { meta } of list.items) {
      for (const box of meta?.boxes || []) found.names.add(boxClass(box));
      for (const mask of meta?.masks || []) {
        const numbers = mask.classes ? Object.keys(mask.classes).map(Number) : mask.numbers || [1];
        for (const number of numbers) if (number !== 0) found.names.add(maskClass(mask, number));
      }
      found.boxes ||= Boolean(meta?.boxes?.length);
      found.masks ||= Boolean(meta?.masks?.length);
    }
    known.set(list, found);
    return found;
  }

  /** Take note of the numbers that a decoded mask without names holds. Returns whether some are new. */
  function see(mask, numbers) {
    if (mask.classes || mask.numbers || numbers.length > MOST_UNNAMED) return false;
    mask.numbers = numbers;
    known = new WeakMap();
    return true;
  }

  const sorted = (all) => [...new Set(all.flatMap((facts) => [...facts.names]))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));

  /** The classes of these lists, by name, and whether there are boxes and masks. */
  function of(lists) {
    const all = lists.map(gather);
    return { names: sorted(all), boxes: all.some((facts) => facts.boxes), masks: all.some((facts) => facts.masks) };
  }

  /** Give each class of these lists its colour. Returns whether any may have changed. */
  function colourAll(lists) {
    const found = sorted(lists.map(gather));
    if (found.join("\n") === names.join("\n")) return false;
    names = found;
    slots = spread(found);
    return true;
  }

  function hash(name) {
    let value = 0;
    for (const letter of name) value = (31 * value + letter.codePointAt(0)) >>> 0;
    return value;
  }

  /* A class has the same colour wherever it is, unless another one has it and there are free ones. */
  function spread(found) {
    const given = new Map();
    const taken = new Array(COLOURS).fill(0);
    for (const name of found) {
      const least = Math.min(...taken);
      let slot = hash(name) % COLOURS;
      while (taken[slot] > least) slot = (slot + 1) % COLOURS;
      taken[slot] += 1;
      given.set(name, slot);
    }
    return given;
  }

  const slotOf = (name) => slots.get(name) ?? hash(name) % COLOURS;
  const colour = (name) => `var(--run-${slotOf(name)})`;

  /** Red, green and blue of a class in the theme's palette. */
  function rgb(name) {
    const hex = getComputedStyle(document.documentElement).getPropertyValue(`--run-${slotOf(name)}`).trim();
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }

  const isOff = (name) => tb.view.get().overlay_off.includes(name);

  tb.hasOverlays = hasOverlays;
  tb.classes = { of, colourAll, see, maskClass, boxClass, colour, rgb, isOff, signature: () => names.join("\n") };
})(window.tailboard);
