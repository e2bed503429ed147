/* Films that are pictures, GIF and animated PNG: decoded frame by frame, so that they stop, play and move like others.
   Does what a media element does, as far as the page asks. Browsers decode frames only at an address that they hold
   for safe (https, localhost); elsewhere the picture moves by itself. */
(function (tb) {
  "use strict";
  const MOST_BYTES = 64e6;
  const DEFAULT_S = 0.1; // of a frame that says nothing, as browsers play it

  class Frames extends EventTarget {
    constructor(canvas) {
      super();
      this.canvas = canvas;
      this.loop = false;
      this.playbackRate = 1;
      this.reset();
    }

    reset() {
      clearTimeout(this.timer);
      this.decoder?.close();
      this.decoder = null;
      this.frames = 0;
      this.frame = 0;
      this.frame_s = DEFAULT_S;
      this.paused = true;
      this.tell("emptied");
    }

    get duration() {
      return this.frames ? this.frames * this.frame_s : NaN;
    }

    get currentTime() {
      return this.paused && this.frame === this.frames - 1 && this.frames > 1 ? this.duration : this.frame * this.frame_s;
    }

    set currentTime(seconds) {
      this.goTo(Math.floor(seconds / this.frame_s + 1e-6));
    }

    get keyStep() {
      return this.frame_s;
    }

    tell(name) {
      this.dispatchEvent(new Event(name));
    }

    /** Open another film. Announces "loadedmetadata", or "error". */
    async open(item) {
      if (this.src === item.src) return;
      this.src = item.src;
      this.reset();
      try {
        const answer = await fetch(item.src);
        if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
        const data = await answer.arrayBuffer();
        if (this.src !== item.src) return;
        if (data.byteLength > MOST_BYTES) throw new Error("It is too large to be decoded here.");
        const decoder = new ImageDecoder({ data, type: item.media_type });
        this.decoder = decoder;
        await decoder.completed;
        await decoder.tracks.ready;
        if (this.decoder !== decoder) return;
        this.frames = decoder.tracks.selectedTrack.frameCount;
        await this.paint(0);
        this.tell("loadedmetadata");
      } catch (failure) {
        if (this.src === item.src) this.tell("error");
      }
    }

    /** Draw a frame; returns how long it stands, in seconds. */
    async paint(place) {
      const { decoder, canvas } = this;
      if (!decoder) return this.frame_s;
      const { image } = await decoder.decode({ frameIndex: place });
      const stands = image.duration ? image.duration / 1e6 : DEFAULT_S;
      if (this.decoder === decoder && (this.frame === place || place === 0)) {
        const { displayWidth: width, displayHeight: height } = image;
        if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
        const context = canvas.getContext("2d");
        context.clearRect(0, 0, width, height);
        context.drawImage(image, 0, 0);
        if (place === 0) this.frame_s = stands;
      }
      image.close();
      return stands;
    }

    async goTo(place) {
      if (!this.frames) return;
      this.frame = Math.min(Math.max(0, place), this.frames - 1);
      await this.paint(this.frame).catch(() => this.tell("error"));
      this.tell("timeupdate");
    }

    play() {
      if (!this.paused || !this.frames) return;
      if (this.frame >= this.frames - 1) this.frame = 0;
      this.paused = false;
      this.tell("play");
      this.run();
    }

    /* Each frame stands as long as it says; time that drawing took is taken from it. */
    async run() {
      const { decoder, frame } = this;
      const start = performance.now();
      const stands = await this.paint(frame).catch(() => this.frame_s);
      if (this.paused || this.decoder !== decoder) return;
      this.tell("timeupdate");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.next(), (1000 * stands) / this.playbackRate - (performance.now() - start));
    }

    next() {
      if (this.paused) return;
      if (this.frame < this.frames - 1) this.frame += 1;
      else if (this.loop) this.frame = 0;
      else {
        this.pause();
        this.tell("ended");
        return;
      }
      this.run();
    }

    pause() {
      clearTimeout(this.timer);
      if (this.paused) return;
      this.paused = true;
      this.tell("pause");
      this.tell("timeupdate");
    }

    close() {
      this.src = "";
      this.reset();
    }
  }

  /** Whether a film of this kind can be decoded frame by frame here. */
  const canDecode = (item) => "ImageDecoder" in window && /^image\/(gif|a?png|webp|avif)$/.test(item.media_type);

  tb.Frames = Frames;
  tb.canDecodeFrames = canDecode;
})(window.tailboard);
