/* Draws triangles, lines and points of three-dimensional shapes into an array of pixels, nearest first kept.

   In plain numbers and not in WebGL: browsers keep about sixteen contexts, a wall of cells wants more, and a machine
   without a graphics driver draws the same picture. */
(function (tb) {
  "use strict";
  const DISTANCE = 3.2; // of the eye from the middle, in radii
  const NEAR = 0.05; // of a radius; what is nearer to the eye is left out
  const AMBIENT = 0.38;
  const LINE_BIAS = 1.002; // lines on a surface lie before it

  /** Pixels of a picture: `colours` as the browser stores them (ABGR), `depth` as one over the distance. */
  class Raster {
    constructor(width, height) {
      this.width = width;
      this.height = height;
      this.image = new ImageData(width, height);
      this.colours = new Uint32Array(this.image.data.buffer);
      this.depth = new Float32Array(width * height);
    }

    clear() {
      this.colours.fill(0);
      this.depth.fill(0);
    }

    put(x, y, near, colour) {
      if (!(x >= 0 && y >= 0 && x < this.width && y < this.height)) return; // NaN is nowhere
      const at = y * this.width + x;
      if (near <= this.depth[at]) return;
      this.depth[at] = near;
      this.colours[at] = colour;
    }

    /** A triangle between places `a`, `b`, `c` of `points`, in one colour. */
    triangle(points, a, b, c, colour) {
      const { x, y, near } = points;
      const ax = x[a];
      const ay = y[a];
      const abx = x[b] - ax;
      const aby = y[b] - ay;
      const acx = x[c] - ax;
      const acy = y[c] - ay;
      const area = abx * acy - aby * acx;
      if (!area) return;
      const { colours, depth, width } = this;
      const left = Math.max(0, Math.ceil(ax + Math.min(0, abx, acx) - 0.5));
      const right = Math.min(width - 1, Math.floor(ax + Math.max(0, abx, acx) - 0.5));
      const top = Math.max(0, Math.ceil(ay + Math.min(0, aby, acy) - 0.5));
      const bottom = Math.min(this.height - 1, Math.floor(ay + Math.max(0, aby, acy) - 0.5));
      const nearA = near[a];
      const stepB = (near[b] - nearA) / area;
      const stepC = (near[c] - nearA) / area;
      for (let row = top; row <= bottom; row += 1) {
        const py = row + 0.5 - ay;
        for (let column = left; column <= right; column += 1) {
          const px = column + 0.5 - ax;
          const ofB = px * acy - py * acx; // shares of b and c, times the area
          const ofC = abx * py - aby * px;
          if (area > 0 ? ofB < 0 || ofC < 0 || ofB + ofC > area : ofB > 0 || ofC > 0 || ofB + ofC < area) continue;
          const value = nearA + ofB * stepB + ofC * stepC;
          const at = row * width + column;
          if (value <= depth[at]) continue;
          depth[at] = value;
          colours[at] = colour;
        }
      }
    }

    line({ x, y, near }, a, b, colour) {
      const [dx, dy] = [x[b] - x[a], y[b] - y[a]];
      const steps = Math.min(4 * (this.width + this.height), Math.ceil(Math.max(Math.abs(dx), Math.abs(dy))) || 1);
      for (let i = 0; i <= steps; i += 1) {
        const share = i / steps;
        this.put(Math.floor(x[a] + dx * share), Math.floor(y[a] + dy * share), (near[a] + (near[b] - near[a]) * share) * LINE_BIAS, colour);
      }
    }

    /** Round dots of `size` pixels at all of `points`, each in the colour that `colourAt(place)` gives. */
    dots(points, size, colourAt) {
      const { x, y, near } = points;
      const whole = Math.max(1, Math.round(size));
      const half = whole / 2;
      const offsets = roundOf(whole);
      for (let i = 0; i < x.length; i += 1) {
        const left = Math.round(x[i] - half);
        const top = Math.round(y[i] - half);
        const colour = colourAt(i);
        for (let k = 0; k < offsets.length; k += 2) this.put(left + offsets[k], top + offsets[k + 1], near[i], colour);
      }
    }
  }

  /* Places of the pixels of a dot, x and y in turn. */
  function roundOf(size) {
    const places = [];
    const inside = (at) => at + 0.5 - size / 2;
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) if (inside(row) ** 2 + inside(column) ** 2 <= (size * size) / 4 + 0.5) places.push(column, row);
    }
    return Int32Array.from(places);
  }

  /** Where the camera sees each of `values` (x, y, z, x, ...): places in pixels, and in view coordinates for light. */
  function project(values, camera, { middle, radius }, width, height) {
    const count = Math.floor(values.length / 3);
    const to = { x: new Float32Array(count), y: new Float32Array(count), near: new Float32Array(count), view: new Float32Array(count * 3) };
    const [cosYaw, sinYaw, cosPitch, sinPitch] = [Math.cos(camera.yaw), Math.sin(camera.yaw), Math.cos(camera.pitch), Math.sin(camera.pitch)];
    const [up, depth, turn] = camera.up === "z" ? [2, 1, -1] : [1, 2, 1];
    const scale = (Math.min(width, height) / 2) * camera.zoom * (DISTANCE - 0.2);
    const unit = 1 / (radius || 1);
    for (let i = 0; i < count; i += 1) {
      const right = (values[3 * i] - middle[0]) * unit;
      const high = (values[3 * i + up] - middle[up]) * unit;
      const front = (values[3 * i + depth] - middle[depth]) * unit * turn;
      const vx = cosYaw * right + sinYaw * front;
      const back = cosYaw * front - sinYaw * right;
      const vy = cosPitch * high - sinPitch * back;
      const vz = sinPitch * high + cosPitch * back;
      const away = DISTANCE - vz;
      const near = away > NEAR ? 1 / away : NaN; // NaN is drawn nowhere
      to.x[i] = width / 2 + (vx * near + camera.x / DISTANCE) * scale;
      to.y[i] = height / 2 - (vy * near + camera.y / DISTANCE) * scale;
      to.near[i] = near;
      to.view[3 * i] = vx;
      to.view[3 * i + 1] = vy;
      to.view[3 * i + 2] = vz;
    }
    return to;
  }

  /** How much light falls on the face between `a`, `b` and `c`, from either side: 0 to 1. */
  function lightOn(view, a, b, c) {
    const ax = view[3 * a];
    const ay = view[3 * a + 1];
    const az = view[3 * a + 2];
    const ux = view[3 * b] - ax;
    const uy = view[3 * b + 1] - ay;
    const uz = view[3 * b + 2] - az;
    const wx = view[3 * c] - ax;
    const wy = view[3 * c + 1] - ay;
    const wz = view[3 * c + 2] - az;
    const nx = uy * wz - uz * wy;
    const ny = uz * wx - ux * wz;
    const nz = ux * wy - uy * wx;
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
    return AMBIENT + (1 - AMBIENT) * Math.abs(0.25 * nx + 0.45 * ny + 0.857 * nz) / length; // from above the eye
  }

  const packed = (red, green, blue) => (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;

  tb.raster = { Raster, project, lightOn, packed };
})(window.tailboard);
