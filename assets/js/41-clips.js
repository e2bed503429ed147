/* Rules for all clips of the page, sounds and films: one volume, speed and loop for all; one clip plays at a time, or
   the films in view play together, in step. A clip is a media element, or an object that does what one does. */
(function (tb) {
  "use strict";
  const ALIGN_MS = 250;
  const MOST_APART_S = 0.12; // films that play together are put right beyond this
  const clips = new Map(); // medium -> {element, film}
  let together = null; // {members, lead, timer} while films play in step

  function inView(element) {
    const { top, bottom, height } = element.getBoundingClientRect();
    return height > 0 && bottom > 0 && top < innerHeight;
  }

  /** Take a clip under the rules. `element` is where it is shown; `film`: it may play together with others. */
  function add(medium, element, film) {
    clips.set(medium, { element, film });
    apply(medium);
  }

  function drop(medium) {
    if (together?.members.includes(medium)) stopTogether();
    medium.pause();
    clips.delete(medium);
  }

  function apply(medium) {
    const { media_volume: volume, media_rate: rate, media_loop: loop } = tb.view.get();
    const member = Boolean(together?.members.includes(medium));
    medium.volume = Math.min(1, Math.max(0, volume));
    medium.muted = member;
    medium.loop = loop && !member;
    medium.defaultPlaybackRate = medium.playbackRate = Number(rate) || 1;
  }

  const ended = (medium) => medium.duration > 0 && medium.currentTime >= medium.duration - 0.02;

  function start(medium) {
    if (ended(medium)) medium.currentTime = 0;
    Promise.resolve(medium.play()).catch(() => {}); // stopped before it began, or told by the medium's own error
  }

  /** Play this clip alone, or stop it. */
  function toggle(medium) {
    stopTogether();
    if (!medium.paused) return medium.pause();
    for (const other of clips.keys()) if (other !== medium) other.pause();
    return start(medium);
  }

  /** Stop a clip because another one takes its place. */
  function rest(medium) {
    if (together?.members.includes(medium)) stopTogether();
    medium.pause();
  }

  const films = () => [...clips].filter(([medium, { element, film }]) => film && inView(element) && medium.duration > 0).map(([medium]) => medium);

  function playTogether() {
    const members = films();
    if (!members.length) return;
    for (const other of clips.keys()) other.pause();
    const lead = members.reduce((one, other) => (other.duration > one.duration ? other : one));
    const from = ended(lead) ? 0 : lead.currentTime;
    together = { members, lead, timer: setInterval(align, ALIGN_MS) };
    members.forEach(apply);
    startTogether(from);
    showTogether();
  }

  function startTogether(from) {
    for (const medium of together.members) {
      medium.currentTime = Math.min(from, medium.duration);
      if (from < medium.duration) start(medium);
    }
  }

  /* The longest one leads; shorter ones wait at their end. */
  function align() {
    const { members, lead } = together;
    if (ended(lead)) return tb.view.get().media_loop ? startTogether(0) : stopTogether();
    for (const medium of members) {
      const wanted = Math.min(lead.currentTime, medium.duration);
      if (Math.abs(medium.currentTime - wanted) > MOST_APART_S) medium.currentTime = wanted;
    }
    return undefined;
  }

  function stopTogether() {
    if (!together) return;
    const { members, timer } = together;
    clearInterval(timer);
    together = null;
    for (const medium of members) {
      medium.pause();
      apply(medium);
    }
    showTogether();
  }

  function showTogether() {
    const button = document.querySelector('[data-act="clips-play"]');
    if (!button) return;
    button.textContent = together ? "pause all" : "play all";
    button.setAttribute("aria-pressed", String(Boolean(together)));
  }

  const toggleTogether = () => (together ? stopTogether() : playTogether());
  tb.actions["clips-play"] = toggleTogether;
  tb.actions["clips-rewind"] = () => {
    for (const medium of films()) medium.currentTime = 0;
  };

  /* The controls are there where something answers to them. */
  function showControls() {
    const place = document.getElementById("clip-controls");
    if (!place || tb.view.get().page !== "images") return;
    const kinds = new Set(tb.gallery.entries().map((entry) => entry.kind));
    place.hidden = !kinds.has("audio") && !kinds.has("video");
    tb.options.answer(place, { audio: kinds.has("audio"), video: kinds.has("video") });
  }

  const SETS = ["page", "runs", "image_tags", "media_kind"];
  const RULES = ["media_volume", "media_rate", "media_loop"];
  tb.view.onChange((view, changed) => {
    if (changed.some((name) => RULES.includes(name))) for (const medium of clips.keys()) apply(medium);
    if (changed.some((name) => SETS.includes(name))) showControls();
    if (changed.includes("page")) {
      stopTogether();
      for (const medium of clips.keys()) medium.pause();
    }
  });
  tb.live.on("tags", showControls);

  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || tb.view.get().page !== "images" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("button, a, input, select, textarea, summary, video, iframe, [role]") || document.querySelector(".dialog, .enlarged-picture")) return;
    if (!together && !films().length) return;
    event.preventDefault();
    toggleTogether();
  });
  tb.keys.extra.push(["Space", "media: play the films in view together, or stop; in a clip: play it"]);

  tb.clips = { add, drop, toggle, rest };
})(window.tailboard);
