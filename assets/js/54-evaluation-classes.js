/* Which tags of curves are classes of one thing, and how the lines of runs and classes are told apart. */
(function (tb) {
  "use strict";
  const MOST_CLASSES = 50;
  const SHADES = [0, 0.35, -0.3]; // towards the paper, or towards the text: classes beyond the dash patterns
  const NUMBER = /^(.*?)[/_.\- ]?(\d+)$/s;

  /* "pr/0" and "pr/cat" are classes of "pr", "class_3" of "class"; "7" and "cat" of all that have no name before them. */
  function familyOf(tag) {
    const cut = tag.lastIndexOf("/");
    const numbered = NUMBER.exec(tag);
    if (numbered && numbered[1].length !== cut) return { name: numbered[1], label: numbered[2] };
    return cut > 0 ? { name: tag.slice(0, cut), label: tag.slice(cut + 1) } : { name: "", label: tag };
  }

  /**
   * Panels for tags of curves: [{key, title, kind, members: [{tag, label}]}], in the order of their first tags.
   * Together, 2 to 50 tags of one kind that differ in the class alone share a panel.
   */
  function panelsOf(entries, together) {
    const families = new Map();
    for (const { tag, kind } of entries) {
      const { name, label } = familyOf(tag);
      const key = together ? `${kind}\n${name}` : `${kind}\n${tag}\n`;
      if (!families.has(key)) families.set(key, { key, kind, title: name, members: [] });
      families.get(key).members.push({ tag, label });
    }
    const alone = ({ kind }, { tag, label }) => ({ key: `${kind}\n${tag}\n`, kind, title: tag, members: [{ tag, label }] });
    return [...families.values()].flatMap((family) => {
      const { length } = family.members;
      if (length < 2 || length > MOST_CLASSES) return family.members.map((member) => alone(family, member));
      return [{ ...family, title: family.title || "classes" }];
    });
  }

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const pattern = (dash) => (dash === "solid" ? [] : dash.split(",").map((length) => parseFloat(length)));

  /** Colour and dashes of a run's line; of the class at `place` of several the dashes, then the shade, are its own. */
  function styleOf(run, place, count) {
    const colour = token(`run-${run.slot % 8}`);
    if (count < 2) return { colour, dash: pattern(tb.runs.dash(run)) };
    const { dashes } = tb.known;
    const shade = SHADES[Math.floor(place / dashes.length) % SHADES.length];
    const shaded = shade === 0 ? colour : tb.canvas.mix(colour, token(shade > 0 ? "paper" : "text"), Math.abs(shade));
    return { colour: shaded, dash: pattern(dashes[place % dashes.length]) };
  }

  /** A short line as it is drawn. */
  function swatch({ colour, dash }) {
    const span = tb.make("span", { class: "swatch", "aria-hidden": "true" });
    span.innerHTML = `<svg width="22" height="12"><line x1="1" y1="6" x2="21" y2="6" stroke-dasharray="${dash.join(",")}"></line></svg>`;
    span.style.color = colour;
    return span;
  }

  tb.curveClasses = { panelsOf, styleOf, swatch };
})(window.tailboard);
