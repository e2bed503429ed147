/* Plays the audio clips of one call: for each its waveform in the run's colour, to be heard and moved through. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const WAVE_PX = 40;
  const SPECTRUM_PX = 80;
  const LINE_PX = 18; // caption, time and download
  const GAP_PX = 6;
  const MOST = 6; // clips in a box; more are scrolled to
  const LARGE_PX = 420;

  const waveHeight = () => WAVE_PX + (tb.view.get().spectrogram ? SPECTRUM_PX : 0);
  const rowHeight = () => waveHeight() + LINE_PX + GAP_PX;
  const nameOf = (item) => item.caption || (item.count > 1 ? `${item.index + 1} of ${item.count}` : "");

  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) target.clip.see(isIntersecting);
  });

  /** The link that saves what was logged, under a name that says what it is. */
  tb.saveLink = () => make("a", { class: "icon small icon-save", title: "Download the file as it was logged", "aria-label": "Download" });

  tb.fillSaveLink = function (link, item) {
    if (link.getAttribute("href") === item.src) return;
    const { searchParams, pathname } = new URL(item.src, location.href);
    link.href = item.src;
    link.download = tb.saving.named(searchParams.get("run"), searchParams.get("tag"), `step-${item.step}`, item.count > 1 ? item.index + 1 : "") + pathname.slice(pathname.lastIndexOf("."));
  };

  class Clip {
    constructor() {
      this.audio = make("audio", { preload: "metadata" });
      this.button = make("button", { class: "icon icon-play", type: "button" });
      this.seek = new tb.Seek(this.audio, "Place in the clip");
      this.words = make("figcaption", { class: "tile-words" });
      this.time = make("span", { class: "clip-time quiet" });
      this.save = tb.saveLink();
      this.fault = make("p", { class: "audio-fault", hidden: "" });
      const line = make("div", { class: "clip-line" }, this.words, this.time, this.save);
      this.element = make("figure", { class: "audio-clip" }, this.audio, make("div", { class: "clip-wave" }, this.button, this.seek.element), line, this.fault);
      this.element.clip = this;
      this.listen();
    }

    listen() {
      const { audio } = this;
      this.button.addEventListener("click", () => tb.clips.toggle(audio));
      for (const name of ["play", "pause", "ended", "emptied"]) audio.addEventListener(name, () => this.showState());
      for (const name of ["timeupdate", "seeked", "loadedmetadata", "emptied"]) audio.addEventListener(name, () => this.showTime());
      audio.addEventListener("loadedmetadata", () => this.listenClosely());
      audio.addEventListener("error", () => this.explain());
      tb.clips.add(audio, this.element, false);
      sight.observe(this.element);
    }

    show(item, height = waveHeight()) {
      const { audio, seek } = this;
      const spectrogram = tb.view.get().spectrogram;
      const name = nameOf(item);
      const fresh = audio.getAttribute("src") !== item.src;
      this.item = item;
      this.label = `${name || "clip"} at step ${item.step}`;
      if (fresh) {
        tb.clips.rest(audio);
        this.fault.hidden = true;
        audio.src = item.src;
        seek.show(null);
      }
      seek.element.style.height = `${height}px`;
      seek.element.setAttribute("aria-label", `Place in ${this.label}`);
      this.words.textContent = this.words.title = tb.view.get().captions ? name : "";
      this.save.hidden = item.count < 2; // the cell saves a single one
      tb.fillSaveLink(this.save, item);
      this.showState();
      seek.draw(); // the theme may be another
      if (fresh || this.spectrogram !== spectrogram) this.listenClosely();
      this.spectrogram = spectrogram;
    }

    see(near) {
      this.near = near;
      if (near) this.listenClosely();
    }

    /* Decode what is in view, once its length is known. */
    async listenClosely() {
      const { item, audio, seek } = this;
      if (!this.near || !item || !(audio.duration > 0)) return;
      const { spectrogram } = tb.view.get();
      const sound = await tb.soundOf(item, audio.duration, spectrogram, () => this.near && this.item === item);
      if (this.item === item && tb.view.get().spectrogram === spectrogram) seek.show(sound);
    }

    showState() {
      const playing = !this.audio.paused;
      const hint = `${playing ? "Pause" : "Play"} ${this.label}`;
      this.button.classList.toggle("icon-pause", playing);
      this.button.classList.toggle("icon-play", !playing);
      this.button.title = hint;
      this.button.setAttribute("aria-label", hint);
      this.element.classList.toggle("playing", playing);
    }

    showTime() {
      const { currentTime, duration } = this.audio;
      this.time.textContent = duration > 0 ? `${tb.clipClock(currentTime)} / ${tb.clipClock(duration)}` : "";
    }

    async explain() {
      const src = this.audio.getAttribute("src");
      if (!src) return;
      const why = await tb.media.whyNot(src, "its file is no audio that this browser can play.");
      if (this.audio.getAttribute("src") !== src) return;
      this.fault.textContent = this.fault.title = `This clip could not be loaded: ${why}`;
      this.fault.hidden = false;
    }

    drop() {
      tb.clips.drop(this.audio);
      sight.unobserve(this.element);
      this.seek.drop();
      this.item = null;
      this.audio.removeAttribute("src");
      this.audio.load(); // lets go of the file
      this.element.remove();
    }
  }

  class Clips {
    constructor(box) {
      this.list = make("div", { class: "audio-clips" });
      this.clips = [];
      box.replaceChildren(this.list);
    }

    show(items) {
      while (this.clips.length < items.length) this.clips.push(new Clip());
      for (const clip of this.clips.splice(items.length)) clip.drop();
      this.clips.forEach((clip, i) => clip.show(items[i]));
      tb.setChildren(this.list, this.clips.map(({ element }) => element));
    }

    drop() {
      for (const clip of this.clips) clip.drop();
      this.list.remove();
    }
  }

  /* One clip over the whole page. */
  function largeClip(box) {
    const clip = new Clip();
    box.classList.add("large-clip");
    box.append(clip.element);
    return {
      show: (item, width, height) => clip.show(item, Math.min(LARGE_PX, height - 2 * LINE_PX - GAP_PX)),
      drop: () => clip.drop(),
      keys: { " ": () => tb.clips.toggle(clip.audio) },
    };
  }

  tb.drawers.player = {
    height: (shape) => Math.min(shape.count, MOST) * rowHeight(),
    make: (box) => new Clips(box),
    large: () => largeClip,
  };
})(window.tailboard);
