/* Plays the audio clips of one call: the browser's own player for each, with its caption. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const PLAYER_PX = 40;
  const GAP_PX = 6;
  const LINE_PX = 14; // of a caption
  const MOST = 6; // players in a box; more are scrolled to

  const rowHeight = (shape) => PLAYER_PX + GAP_PX + ((shape.letters || shape.count > 1) && tb.view.get().captions ? LINE_PX : 0);

  function newClip() {
    const audio = make("audio", { controls: "", preload: "metadata" });
    const words = make("figcaption", { class: "tile-words" });
    const fault = make("p", { class: "audio-fault", hidden: "" });
    audio.addEventListener("error", async () => {
      const src = audio.getAttribute("src");
      const why = await tb.media.whyNot(src, "its file is no audio that this browser can play.");
      if (audio.getAttribute("src") !== src) return;
      fault.textContent = fault.title = `This clip could not be loaded: ${why}`;
      fault.hidden = false;
    });
    return { element: make("figure", { class: "audio-clip" }, audio, words, fault), audio, words, fault };
  }

  function fill({ audio, words, fault }, item) {
    const name = item.caption || (item.count > 1 ? `${item.index + 1} of ${item.count}` : "");
    if (audio.getAttribute("src") !== item.src) {
      fault.hidden = true;
      audio.src = item.src;
    }
    audio.setAttribute("aria-label", `${name || "Clip"} at step ${item.step}`);
    words.textContent = words.title = name;
    words.hidden = !name || !tb.view.get().captions;
  }

  class Clips {
    constructor(box) {
      this.list = make("div", { class: "audio-clips" });
      this.clips = [];
      box.replaceChildren(this.list);
    }

    show(items) {
      while (this.clips.length < items.length) this.clips.push(newClip());
      const shown = this.clips.slice(0, items.length);
      shown.forEach((clip, i) => fill(clip, items[i]));
      for (const { audio } of this.clips.slice(items.length)) audio.pause();
      tb.setChildren(this.list, shown.map(({ element }) => element));
    }

    drop() {
      for (const { audio } of this.clips) audio.pause();
      this.list.remove();
    }
  }

  tb.drawers.player = {
    height: (shape) => Math.min(shape.count, MOST) * rowHeight(shape),
    make: (box) => new Clips(box),
  };
})(window.tailboard);
