/* Plays the films of one call in a grid like that of pictures, each with a button and a slider. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const BAR_PX = 26; // button, slider and time below each film
  const TIME_FROM_PX = 190; // narrower films have no room for the time
  const DEFAULT_FPS = 25; // for stepping where nothing was logged

  /* One film in whatever element shows it: <video>, frames on a canvas, or <img> where nothing else can. */
  class Film {
    constructor(open) {
      this.screen = make("div", { class: "film-screen" });
      if (open) this.screen.addEventListener("click", open);
      this.words = make("figcaption", { class: "tile-words" });
      this.bar = make("div", { class: "clip-wave" });
      this.fault = make("p", { class: "film-fault", hidden: "" });
      this.element = make("figure", { class: "film" }, this.screen, this.bar, this.words, this.fault);
      this.form = "";
      this.width = 0;
    }

    show(item, width) {
      const decodes = tb.canDecodeFrames(item) && this.undecodable !== item.src;
      const form = item.media_type.startsWith("image/") ? (decodes ? "frames" : "picture") : "video";
      if (form !== this.form) this.become(form);
      const fresh = this.item?.src !== item.src;
      this.item = item;
      this.label = `${item.caption || (item.count > 1 ? `film ${item.index + 1} of ${item.count}` : "film")} at step ${item.step}`;
      this.words.textContent = this.words.title = item.caption;
      this.bar.classList.toggle("narrow", width < TIME_FROM_PX);
      if (fresh) this.load();
      if (!this.medium) return;
      this.seek.element.setAttribute("aria-label", `Place in ${this.label}`);
      this.showState();
      this.seek.draw(); // the theme may be another
    }

    become(form) {
      this.letGo();
      this.form = form;
      const shows = { video: "video", frames: "canvas", picture: "img" }[form];
      this.picture = make(shows, form === "video" ? { preload: "metadata", playsinline: "", disablepictureinpicture: "" } : { class: "film-picture" });
      this.screen.replaceChildren(this.picture);
      this.bar.replaceChildren();
      this.picture.addEventListener("error", () => this.explain());
      this.picture.addEventListener("load", () => this.learn());
      if (form !== "picture") this.control(form === "video" ? this.picture : new tb.Frames(this.picture));
    }

    control(medium) {
      this.medium = medium;
      this.button = make("button", { class: "icon small icon-play", type: "button" });
      this.seek = new tb.Seek(medium, "Place in the film");
      this.time = make("span", { class: "clip-time quiet" });
      this.bar.append(this.button, this.seek.element, this.time);
      this.button.addEventListener("click", () => tb.clips.toggle(medium));
      for (const name of ["play", "pause", "ended", "emptied"]) medium.addEventListener(name, () => this.showState());
      for (const name of ["timeupdate", "seeked", "loadedmetadata", "emptied"]) medium.addEventListener(name, () => this.showTime());
      medium.addEventListener("loadedmetadata", () => this.learn());
      if (medium !== this.picture) medium.addEventListener("error", () => this.fallBack());
      tb.clips.add(medium, this.element, true);
    }

    /* Once its size is known: small pictures keep their pixels. */
    settle() {
      if (this.form === "video") return;
      const { picture } = this;
      const [width, height] = this.form === "frames" ? [picture.width, picture.height] : [picture.naturalWidth, picture.naturalHeight];
      tb.sharpen(picture, width, height);
    }

    learn() {
      const { picture, form, item } = this;
      if (!item) return;
      if (form === "video") tb.learnSize(item, picture.videoWidth, picture.videoHeight);
      else if (form === "frames") tb.learnSize(item, picture.width, picture.height);
      else tb.learnSize(item, picture.naturalWidth, picture.naturalHeight);
      this.settle();
    }

    /* Frames that cannot be decoded may still be shown as a picture that moves by itself. */
    fallBack() {
      this.undecodable = this.item.src;
      this.become("picture");
      this.load();
    }

    load() {
      const { medium, item } = this;
      this.fault.hidden = true;
      if (medium) tb.clips.rest(medium);
      if (this.form === "frames") medium.open(item);
      else this.picture.src = item.src;
    }

    showState() {
      const playing = !this.medium.paused;
      const hint = `${playing ? "Pause" : "Play"} ${this.label}`;
      this.button.classList.toggle("icon-pause", playing);
      this.button.classList.toggle("icon-play", !playing);
      this.button.title = hint;
      this.button.setAttribute("aria-label", hint);
    }

    showTime() {
      const { currentTime, duration } = this.medium;
      this.time.textContent = duration > 0 ? `${tb.clipClock(currentTime)} / ${tb.clipClock(duration)}` : "";
      this.onTime?.();
    }

    /** How long a frame stands, in seconds: as decoded, as logged, or a guess. */
    frameSeconds() {
      const { fps, frames } = this.item.meta || {};
      const { duration } = this.medium;
      return this.medium.frame_s || 1 / (fps || (frames && duration > 0 && frames / duration) || DEFAULT_FPS);
    }

    /** Go `by` frames on, and stay there. */
    stepBy(by) {
      const { medium } = this;
      if (!(medium?.duration > 0)) return;
      tb.clips.rest(medium);
      if (this.form === "frames") medium.goTo(medium.frame + by);
      else {
        const stands = this.frameSeconds();
        const place = Math.floor(medium.currentTime / stands + 1e-6) + by;
        medium.currentTime = Math.min(Math.max(0, (place + 0.5) * stands), medium.duration); // into the middle of a frame
      }
    }

    /** "frame 3 of 20", as far as it is known. */
    frameWords() {
      const { medium, item } = this;
      if (!(medium?.duration > 0)) return "";
      const frames = medium.frames || item.meta?.frames;
      if (this.form !== "frames" && !item.meta?.fps && !frames) return "";
      const place = this.form === "frames" ? medium.frame : Math.floor(medium.currentTime / this.frameSeconds() + 1e-6);
      return frames ? `frame ${Math.min(place + 1, frames)} of ${frames}` : `frame ${place + 1}`;
    }

    async explain() {
      const { src } = this.item;
      const why = await tb.media.whyNot(src, "its file is no film that this browser can play.");
      if (this.item?.src !== src) return;
      this.fault.textContent = this.fault.title = `This film could not be loaded: ${why}`;
      this.fault.hidden = false;
    }

    letGo() {
      if (!this.medium) return;
      tb.clips.drop(this.medium);
      this.seek.drop();
      if (this.form === "frames") this.medium.close();
      else {
        this.picture.removeAttribute("src");
        this.picture.load(); // lets go of the file
      }
      this.medium = null;
    }

    drop() {
      this.item = null;
      this.letGo();
      this.element.remove();
    }
  }

  /* One film over the whole page, frame by frame if wanted. */
  function largeFilm(box, leaf) {
    const film = new Film(null);
    const frames = make("output", { class: "film-frames quiet" });
    film.onTime = () => (frames.textContent = film.frameWords());
    box.classList.add("large-film");
    box.append(film.element, frames);
    film.screen.addEventListener("click", () => film.medium && tb.clips.toggle(film.medium));
    const step = (by) => () => (film.medium ? film.stepBy(by) : leaf(by));
    return {
      show: (item, width) => film.show(item, width),
      drop: () => film.drop(),
      keys: { " ": () => film.medium && tb.clips.toggle(film.medium), ",": step(-1), ".": step(1) },
    };
  }

  tb.drawers.film = {
    height: (shape, width) => tb.tilesHeight(shape, width, BAR_PX),
    make: (box, open) => new tb.Tiles(box, open, (show) => new Film(show), BAR_PX),
    large: () => largeFilm,
  };
  tb.keys.extra.push([", .", "enlarged film: a frame back, a frame on"]);
})(window.tailboard);
