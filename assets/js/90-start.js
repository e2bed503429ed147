/* Starts everything once Dash has laid out the page: theme, the live sign, the first question. */
(function (tb) {
  "use strict";
  const { format } = tb;

  /* --- theme --- */
  function stored() {
    try {
      return localStorage.getItem("tailboard.theme");
    } catch (blocked) {
      return null;
    }
  }
  function applyTheme() {
    const dark = stored() ? stored() === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const theme = dark ? "dark" : "light";
    const changed = document.documentElement.dataset.theme !== theme;
    document.documentElement.dataset.theme = theme;
    dash_clientside.set_props("provider", { forceColorScheme: theme });
    if (changed) tb.panels.redrawAll(false);
    if (changed) document.dispatchEvent(new Event("tb-theme"));
  }
  function nextTheme() {
    const order = [null, "light", "dark"];
    const next = order[(order.indexOf(stored()) + 1) % order.length];
    try {
      if (next) localStorage.setItem("tailboard.theme", next);
      else localStorage.removeItem("tailboard.theme");
    } catch (blocked) {
      /* private window: the theme follows the system */
    }
    applyTheme();
    tb.toast(next ? `Theme: ${next}` : "Theme: as the system");
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);

  /* --- the live sign --- */
  const QUIET_S = 60; // without a new point the sign is no longer green
  function showLive() {
    const place = document.getElementById("live");
    if (!place) return;
    const { paused, error, newest } = tb.live.state;
    const some = tb.live.picked().some((id) => tb.live.runs.get(id)?.points);
    const age = newest ? `newest point ${format.span(tb.live.now() - newest)} ago` : some ? "points without times" : "no points yet";
    const words = error ? error : paused ? `paused · ${age}` : age;
    const quiet = !newest || tb.live.now() - newest > QUIET_S;
    place.className = `live ${error ? "live-error" : paused ? "live-paused" : quiet ? "live-quiet" : "live-on"}`;
    if (place.textContent !== words) place.textContent = place.title = words;
    const button = document.querySelector('[data-act="pause"]');
    button.setAttribute("aria-pressed", String(paused));
    button.classList.toggle("icon-play", paused);
  }
  tb.live.on("state", showLive);

  async function share() {
    const link = tb.view.link(tb.live.picked());
    try {
      await navigator.clipboard.writeText(link);
      tb.toast("Link copied: it shows exactly these runs and settings.");
    } catch (refused) {
      tb.toast(link);
    }
  }

  Object.assign(tb.actions, { theme: nextTheme, share, pause: () => tb.live.pause(!tb.live.state.paused) });

  let started = false;
  tb.start = function () {
    if (started) return;
    started = true;
    applyTheme();
    tb.navigation.showPage();
    tb.panels.layOut();
    tb.live.ask();
  };
})(window.tailboard);
