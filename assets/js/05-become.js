/* Makes an element like another one where it stands, so that focus, a press on it and the pointer over it stay. */
(function (tb) {
  "use strict";

  function becomeElement(old, fresh) {
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const [olds, wanted] = [[...old.childNodes], [...fresh.childNodes]];
    wanted.forEach((child, i) => (olds[i] ? tb.become(olds[i], child) : old.append(child)));
    for (const extra of olds.slice(wanted.length)) extra.remove();
  }

  /** Give `old` the attributes and children of `fresh`; where they are of different sorts, put `fresh` in its place.
      Listeners of the elements within are not taken over: what is drawn this way listens further up. */
  tb.become = function (old, fresh) {
    if (old.nodeName !== fresh.nodeName) old.replaceWith(fresh);
    else if (old.nodeType === Node.TEXT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
    } else becomeElement(old, fresh);
  };
})(window.tailboard);
