/* Where a clip is: a slider that shows what has played, with the clip's waveform or spectrogram where that is known. */
(function (tb) {
  "use strict";
  const { make, format } = tb;
  const TRACK_PX = 4; // of a clip without a waveform
  const AHEAD = 0.42; // how strong the part is that is still to come
  const CURSOR_PX = 1.5;
  const MOST_STEP_S = 5; // of a key

  /** 0:01.2 of a clip of 0:03.0; the tenth goes from ten minutes on. */
  function clock(seconds) {
    const words = format.clock(Number.isFinite(seconds) ? seconds : 0);
    return seconds >= 600 ? words.split(".")[0] : words;
  }

  /* The larger and the smaller end of a waveform between two shares of it. */
  function peakBetween({ low, high }, from, to) {
    const first = Math.min(low.length - 1, Math.floor(from * low.length));
    const last = Math.max(first + 1, Math.ceil(to * low.length));
    let [least, most] = [0, 0];
    for (let i = first; i < Math.min(last, low.length); i += 1) {
      least = Math.min(least, low[i]);
      most = Math.max(most, high[i]);
    }
    return [least, most];
  }

  class Seek {
    constructor(medium, label) {
      this.medium = medium;
      this.canvas = make("canvas", { "aria-hidden": "true" });
      this.element = make("div", { class: "seek", role: "slider", tabindex: "0", "aria-label": label, "aria-valuemin": "0" }, this.canvas);
      this.sound = null; // {peaks, spectrum}
      this.drawn = "";
      for (const name of ["timeupdate", "seeked", "loadedmetadata", "durationchange", "emptied", "ended", "pause"]) medium.addEventListener(name, () => this.draw());
      medium.addEventListener("play", () => this.follow());
      this.element.addEventListener("pointerdown", (event) => this.drag(event));
      this.element.addEventListener("keydown", (event) => this.press(event));
      this.sizes = new ResizeObserver(() => this.draw());
      this.sizes.observe(this.element);
    }

    /** The waveform and spectrogram to draw; null for a plain track. */
    show(sound) {
      this.sound = sound;
      this.drawn = "";
      this.draw();
    }

    drop() {
      this.sizes.disconnect();
    }

    share() {
      const { currentTime, duration } = this.medium;
      return duration > 0 ? Math.min(1, currentTime / duration) : 0;
    }

    goTo(seconds) {
      const { medium } = this;
      if (!(medium.duration > 0)) return;
      medium.currentTime = Math.min(Math.max(0, seconds), medium.duration);
      this.draw();
    }

    drag(event) {
      if (event.button !== 0) return;
      event.preventDefault();
      event.stopPropagation();
      const { element } = this;
      const frame = element.getBoundingClientRect();
      const go = (at) => this.goTo(((at.clientX - frame.left) / frame.width) * this.medium.duration);
      element.focus({ focusVisible: false });
      element.setPointerCapture(event.pointerId);
      element.onpointermove = go;
      element.onpointerup = element.onpointercancel = () => (element.onpointermove = null);
      go(event);
    }

    press(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { medium } = this;
      const by = medium.keyStep ?? Math.min(MOST_STEP_S, medium.duration / 20);
      const places = { ArrowLeft: medium.currentTime - by, ArrowRight: medium.currentTime + by, Home: 0, End: medium.duration };
      if (event.key === " " || event.key === "Enter") tb.clips.toggle(medium);
      else if (event.key in places) this.goTo(places[event.key]);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    /* While it plays the cursor moves with every frame. */
    follow() {
      this.draw();
      if (!this.medium.paused && this.element.isConnected) requestAnimationFrame(() => this.follow());
    }

    draw() {
      const { medium, element, canvas } = this;
      const words = `${clock(medium.currentTime)} of ${clock(medium.duration)}`;
      if (words !== this.words) {
        this.words = words;
        element.setAttribute("aria-valuemax", String(medium.duration > 0 ? medium.duration : 0));
        element.setAttribute("aria-valuenow", String(medium.currentTime));
        element.setAttribute("aria-valuetext", words);
      }
      const ratio = devicePixelRatio || 1;
      const [width, height] = [Math.round(element.clientWidth * ratio), Math.round(element.clientHeight * ratio)];
      if (!width || !height) return;
      const colour = getComputedStyle(element).color;
      const x = Math.round(this.share() * width);
      const wanted = [width, height, x, colour].join(" ");
      if (wanted === this.drawn) return;
      this.drawn = wanted;
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      this.paint(canvas.getContext("2d"), { width, height, x, ratio, colour });
    }

    paint(context, { width, height, x, ratio, colour }) {
      context.clearRect(0, 0, width, height);
      context.fillStyle = colour;
      const { peaks, spectrum } = this.sound || {};
      const part = (from, to, strength) => {
        if (to <= from) return;
        context.globalAlpha = strength;
        if (peaks) paintPeaks(context, peaks, from, to, width, spectrum ? height / 3 : height);
        else context.fillRect(from, (height - TRACK_PX * ratio) / 2, to - from, TRACK_PX * ratio);
      };
      part(0, x, 1);
      part(x, width, AHEAD);
      context.globalAlpha = 1;
      if (spectrum) paintSpectrum(context, spectrum, colour, width, height);
      if (this.medium.duration > 0) context.fillRect(Math.min(x, width - CURSOR_PX * ratio), 0, CURSOR_PX * ratio, height);
    }
  }

  /* Bars of a pixel from the least to the largest sample, of the pixels `from` to `to` of `width`. */
  function paintPeaks(context, peaks, from, to, width, height) {
    const middle = height / 2;
    for (let x = from; x < to; x += 1) {
      const [least, most] = peakBetween(peaks, x / width, (x + 1) / width);
      const top = middle - most * middle;
      context.fillRect(x, Math.min(top, middle - 0.5), 1, Math.max(1, (most - least) * middle));
    }
  }

  /* How loud a frequency is at a time is how strong the run's colour is; low frequencies below. */
  function paintSpectrum(context, { columns, rows, loudness }, colour, width, height) {
    const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
    const image = new ImageData(columns, rows);
    for (let i = 0; i < loudness.length; i += 1) image.data.set([red, green, blue, loudness[i]], 4 * i);
    const small = new OffscreenCanvas(columns, rows);
    small.getContext("2d").putImageData(image, 0, 0);
    context.drawImage(small, 0, height / 3, width, (2 * height) / 3);
  }

  tb.Seek = Seek;
  tb.clipClock = clock;
})(window.tailboard);
