/* The navigation: pages are laid out already, one is shown. Links that do not fit are in a menu at the end, so that all
   stay in reach, in one order, for the pointer, for Tab and for the digits. */
(function (tb) {
  "use strict";
  const { make } = tb;
  let parts = null; // {nav, links, more, menu}
  let laidOut = ""; // what the links were last laid out for
  let frame = 0;
  const offered = new Set(); // kinds that are there without a run

  function build() {
    const nav = document.querySelector("#bar nav");
    const menu = make("div", { class: "nav-menu", id: "nav-menu", hidden: true });
    const more = make("button", { class: "nav nav-more", type: "button", "data-act": "pages-more", "aria-expanded": "false", "aria-controls": "nav-menu" });
    const links = [...nav.querySelectorAll("a.nav")];
    nav.append(more, menu);
    new ResizeObserver(later).observe(nav);
    parts = { nav, links, more, menu };
  }

  function showPage() {
    const { page } = tb.view.get();
    for (const section of document.querySelectorAll(".page")) section.hidden = section.id !== `page-${page}`;
    for (const link of document.querySelectorAll("a.nav")) {
      if (link.dataset.page === page) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    showLinks();
    open(false);
    document.title = `${document.querySelector(`a.nav[data-page="${page}"]`)?.textContent || "Tailboard"} · Tailboard`;
    scrollTo(0, 0);
  }

  /* Pages of kinds that no run has logged are not named, but for the one that is open. */
  function showLinks() {
    if (!parts) build();
    const logged = new Set([...offered, ...[...tb.live.runs.values()].flatMap((run) => run.kinds)]);
    for (const link of parts.links) {
      const kinds = link.dataset.kinds ? link.dataset.kinds.split(" ") : [];
      link.hidden = kinds.length > 0 && link.dataset.page !== tb.view.get().page && !kinds.some((kind) => logged.has(kind));
    }
    fit();
  }

  /* Put the last links into the menu until the others fit; its button names the page that is open and stands there. */
  function fit() {
    frame = 0;
    const { nav, links, more, menu } = parts;
    const key = [nav.clientWidth, ...links.filter((link) => !link.hidden).map((link) => link.dataset.page), tb.view.get().page].join();
    if (key === laidOut) return;
    laidOut = key;
    const focused = document.activeElement;
    for (const link of links) nav.insertBefore(link, more);
    more.hidden = true;
    const named = links.filter((link) => !link.hidden);
    for (let last = named.length - 1; last >= 0 && nav.scrollWidth > nav.clientWidth; last--) {
      more.hidden = false;
      menu.prepend(named[last]);
      const current = menu.querySelector("[aria-current]");
      more.textContent = current?.textContent ?? "More";
      more.setAttribute("aria-label", current ? `${current.textContent}, and more pages` : "More pages");
      more.toggleAttribute("data-current", Boolean(current));
    }
    if (more.hidden) open(false);
    if (nav.contains(focused) && focused !== document.activeElement) focused.focus();
  }

  function later() {
    if (!frame) frame = requestAnimationFrame(fit);
  }

  function open(on) {
    parts.menu.hidden = !on;
    parts.more.setAttribute("aria-expanded", String(on));
  }

  tb.actions["pages-more"] = () => {
    open(parts.menu.hidden);
    if (!parts.menu.hidden) parts.menu.querySelector("a:not([hidden])").focus();
  };
  document.addEventListener("pointerdown", (event) => {
    if (parts && !parts.menu.hidden && !event.target.closest("#bar nav")) open(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !parts || parts.menu.hidden) return;
    open(false);
    parts.more.focus();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-page]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    tb.view.set({ page: link.dataset.page });
    if (parts) open(false);
  });
  tb.live.on("runs", showLinks);
  tb.view.onChange((view, changed) => changed.includes("page") && showPage());

  /** Say that there is, or is not, something of a kind that no run logs. */
  function offer(kind, there) {
    if (offered.has(kind) === there) return;
    offered[there ? "add" : "delete"](kind);
    showLinks();
  }

  tb.navigation = { showPage, offer };
})(window.tailboard);
