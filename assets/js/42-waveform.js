/* Waveforms and spectrograms of sounds: fetched and decoded only when asked for, a few at once, and kept as a few
   thousand numbers each. Long or heavy clips have none. */
(function (tb) {
  "use strict";
  const MOST_BYTES = 20e6;
  const MOST_S = 30 * 60;
  const MOST_SAMPLES = 12e6; // of a channel; longer clips are decoded at a lower rate
  const LEAST_HZ = 8000; // browsers decode to no less
  const MOST_HZ = 48_000;
  const PEAKS = 3000; // more than a screen has pixels in a row
  const AT_ONCE = 2;
  const MOST_KEPT = 300;
  const WINDOW = 1024; // samples of a Fourier transform
  const COLUMNS = 600;
  const ROWS = 128;
  const LOWEST_HZ = 50;
  const RANGE_DB = 70; // below the loudest
  const CURVE = 1.6; // noise recedes
  const kept = new Map(); // address + what -> promise of {peaks, spectrum}, the newest last
  const waiting = [];
  let underWay = 0;

  /**
   * Promise of what a clip sounds like; null where it is too long, too heavy or nothing that this browser decodes, or
   * where nobody wants it any more (`isWanted()`) when its turn comes.
   * `peaks`: `low` and `high`, the least and largest sample of equal parts, in [-1, 1]. `spectrum`: `loudness` in
   * 0 to 255, `rows` x `columns`, the highest frequency first, a logarithmic axis from 50 Hz on.
   */
  function soundOf(item, duration, withSpectrum, isWanted) {
    if (duration > MOST_S || item.size_bytes > MOST_BYTES) return Promise.resolve(null);
    const key = `${withSpectrum} ${item.src}`;
    if (!kept.has(key)) {
      kept.set(key, inTurn(duration, isWanted, () => read(item.src, duration, withSpectrum)));
      kept.get(key).catch(() => kept.delete(key)); // the fetch may succeed another time
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
    }
    return kept.get(key).catch(() => null);
  }

  function inTurn(duration, isWanted, work) {
    return new Promise((resolve, reject) => {
      waiting.push({ duration, run: () => (isWanted() ? work().then(resolve, reject) : Promise.resolve(reject(new Error("Nobody looks at it.")))) });
      next();
    });
  }

  /* Short clips first: nobody waits for a second of speech until an hour of it is decoded. */
  function next() {
    if (underWay >= AT_ONCE || !waiting.length) return;
    underWay += 1;
    const shortest = waiting.reduce((best, { duration }, i) => (duration < waiting[best].duration ? i : best), 0);
    const [{ run }] = waiting.splice(shortest, 1);
    run().finally(() => {
      underWay -= 1;
      next();
    });
  }

  async function read(src, duration, withSpectrum) {
    const stop = new AbortController();
    const answer = await fetch(src, { signal: stop.signal });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    if (Number(answer.headers.get("Content-Length")) > MOST_BYTES) {
      stop.abort();
      return null;
    }
    const buffer = await answer.arrayBuffer();
    const rate = Math.min(MOST_HZ, Math.max(LEAST_HZ, Math.floor(MOST_SAMPLES / duration)));
    const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(buffer).catch(() => null);
    if (!sound || !sound.length) return null;
    const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i));
    return { peaks: peaksOf(channels), spectrum: withSpectrum ? await spectrumOf(channels[0], sound.sampleRate) : null };
  }

  function peaksOf(channels) {
    const samples = channels[0].length;
    const count = Math.min(PEAKS, samples);
    const [low, high] = [new Float32Array(count), new Float32Array(count)];
    for (const channel of channels) {
      for (let i = 0; i < count; i += 1) {
        const end = Math.floor(((i + 1) * samples) / count);
        for (let at = Math.floor((i * samples) / count); at < end; at += 1) {
          if (channel[at] < low[i]) low[i] = channel[at];
          if (channel[at] > high[i]) high[i] = channel[at];
        }
      }
    }
    return { low, high };
  }

  async function spectrumOf(samples, rate) {
    const columns = Math.max(1, Math.min(COLUMNS, Math.ceil(samples.length / (WINDOW / 4))));
    const decibel = new Float32Array(ROWS * columns);
    const bins = binsOfRows(rate);
    const [real, imaginary] = [new Float32Array(WINDOW), new Float32Array(WINDOW)];
    for (let column = 0; column < columns; column += 1) {
      const start = Math.round(((column + 0.5) / columns) * samples.length - WINDOW / 2);
      for (let i = 0; i < WINDOW; i += 1) real[i] = (samples[start + i] || 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));
      imaginary.fill(0);
      transform(real, imaginary);
      bins.forEach(([first, last], row) => {
        let power = 0;
        for (let bin = first; bin <= last; bin += 1) power = Math.max(power, real[bin] ** 2 + imaginary[bin] ** 2);
        decibel[row * columns + column] = 10 * Math.log10(power + 1e-12);
      });
      if (column % 100 === 99) await new Promise((resume) => setTimeout(resume)); // the page gets its turn
    }
    const loudest = decibel.reduce((one, other) => Math.max(one, other), -Infinity);
    const loudness = Uint8ClampedArray.from(decibel, (value) => 255 * Math.max(0, (value - loudest + RANGE_DB) / RANGE_DB) ** CURVE);
    return { columns, rows: ROWS, loudness };
  }

  /* First and last bin of the transform that each row shows, the highest frequency first. */
  function binsOfRows(rate) {
    const highest = rate / 2;
    const binOf = (share) => Math.round((LOWEST_HZ * (highest / LOWEST_HZ) ** share * WINDOW) / rate);
    return Array.from({ length: ROWS }, (_, row) => {
      const first = Math.min(binOf((ROWS - 1 - row) / ROWS), WINDOW / 2 - 1);
      return [first, Math.max(first, Math.min(binOf((ROWS - row) / ROWS) - 1, WINDOW / 2 - 1))];
    });
  }

  /* Fast Fourier transform in place, radix 2, decimation in time (Cooley and Tukey, 1965). */
  function transform(real, imaginary) {
    const size = real.length;
    for (let i = 1, j = 0; i < size; i += 1) {
      let bit = size >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i < j) {
        [real[i], real[j]] = [real[j], real[i]];
        [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
      }
    }
    for (let half = 1; half < size; half *= 2) {
      for (let k = 0; k < half; k += 1) {
        const [cosine, sine] = [Math.cos((Math.PI * k) / half), -Math.sin((Math.PI * k) / half)];
        for (let i = k; i < size; i += 2 * half) {
          const other = i + half;
          const re = real[other] * cosine - imaginary[other] * sine;
          const im = real[other] * sine + imaginary[other] * cosine;
          real[other] = real[i] - re;
          imaginary[other] = imaginary[i] - im;
          real[i] += re;
          imaginary[i] += im;
        }
      }
    }
  }

  tb.soundOf = soundOf;
})(window.tailboard);
