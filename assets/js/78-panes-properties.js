/* Windows that ask: a form whose answers go to the script, which says what they become. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const NUMBER = /^-?\d*\.?\d*(e[+-]?\d*)?$/i;

  class PropertiesPane {
    constructor(body, pane) {
      this.pane = pane;
      this.rows = []; // {shape, element, control, set}
      this.element = make("div", { class: "pane-form" });
      this.words = make("p", { class: "quiet pane-form-words", hidden: true });
      body.append(this.element);
      this.element.append(this.words);
    }

    /* A row is made anew only where it is another question: a hand may be in the others. */
    show(each) {
      const { writable, reason } = tb.panes.state;
      this.words.hidden = writable;
      this.words.textContent = writable ? "" : reason || "This server only reads: scripts are not told what is chosen here.";
      each.content.forEach((property, at) => {
        const shape = JSON.stringify([property.type, property.name, property.values]);
        if (this.rows[at]?.shape !== shape) {
          const row = this.make(property, at);
          if (this.rows[at]) this.rows[at].element.replaceWith(row.element);
          else this.element.insertBefore(row.element, this.words);
          this.rows[at] = { ...row, shape };
        }
        this.rows[at].control.disabled = !writable;
        this.rows[at].set(property.value);
      });
      for (const { element } of this.rows.splice(each.content.length)) element.remove();
    }

    make(property, at) {
      const id = `${this.pane.window.key.replace(/\s/g, "-")}-property-${at}`;
      const { control, set } = (this[property.type] || this.text).call(this, property, (value) => this.send(at, value), id);
      control.id = id;
      const isButton = property.type === "button";
      const name = make(isButton ? "span" : "label", { class: "pane-form-name", text: property.name, for: isButton ? null : id });
      if (isButton) control.setAttribute("aria-label", `${property.name}: ${property.value}`);
      return { element: make("div", { class: "pane-form-row" }, name, control), control, set };
    }

    async send(at, value) {
      const told = await tb.panes.send(this.pane.window, { event_type: "PropertyUpdate", propertyId: at, value });
      if (told && told.listeners === 0) tb.toast("No script listens: the one that made this window has ended, or is not connected.");
    }

    text(property, send) {
      return this.line("text", send, () => true);
    }

    number(property, send) {
      return this.line("text", send, (value) => NUMBER.test(value), "decimal");
    }

    /* A line of text; sent at Enter or when it is left, where it changed. */
    line(type, send, isValid, mode) {
      const control = make("input", { type, class: "number-input", inputmode: mode, autocomplete: "off" });
      let known = "";
      const submit = () => {
        if (control.value === known) return;
        if (!isValid(control.value)) {
          tb.toast(`“${control.value}” is no number, so it was not sent.`);
          control.value = known;
          return;
        }
        known = control.value;
        send(control.value);
      };
      control.addEventListener("blur", submit);
      control.addEventListener("keydown", (event) => event.key === "Enter" && submit());
      const set = (value) => {
        const text = String(value ?? "");
        const untouched = control.value === known;
        known = text;
        if (document.activeElement !== control || untouched) control.value = text;
      };
      return { control, set };
    }

    button(property, send) {
      const control = make("button", { class: "button", type: "button" });
      control.addEventListener("click", () => send("clicked"));
      return { control, set: (value) => (control.textContent = String(value ?? property.name)) };
    }

    checkbox(property, send) {
      const control = make("input", { type: "checkbox" });
      control.addEventListener("change", () => send(control.checked));
      return { control, set: (value) => (control.checked = Boolean(value)) };
    }

    /* Sent as visdom does: the place in the list, as text. */
    select(property, send) {
      const control = make("select", { class: "select" }, ...(property.values || []).map((text, at) => make("option", { value: String(at), text })));
      control.addEventListener("change", () => send(control.value));
      return { control, set: (value) => (control.value = String(value)) };
    }

    drop() {
      this.element.remove();
    }
  }

  tb.panes.drawers.properties = PropertiesPane;
})(window.tailboard);
