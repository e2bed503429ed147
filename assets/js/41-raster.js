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
      if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
      const at = y * this.width + x;
      if (near <= this.depth[at]) return;
      this.depth[at] = near;
      this.colours[at] = colour;
    }

    /** A triangle between places `a`, `b`, `c` of `points`, in one colour. */
    triangle({ x, y, near }, a, b, c, colour) {
      const [ax, ay, bx, by, cx, cy] = [x[a], y[a], x[b], y[b], x[c], y[c]];
      const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
      if (!area) return;
      const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
      const right = Math.min(this.width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
      const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
      const bottom = Math.min(this.height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
      const [ub, uc] = [1 / area, 1 / area];
      const { colours, depth, width } = this;
      for (let row = top; row <= bottom; row += 1) {
        const py = row + 0.5;
        for (let column = left; column <= right; column += 1) {
          const px = column + 0.5;
          const wb = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) * ub;
          const wc = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) * uc;
          const wa = 1 - wb - wc;
          if (wa < 0 || wb < 0 || wc < 0) continue;
          const value = wa * near[a] + wb * near[b] + wc * near[c];
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

    /** A round dot of `size` pixels. */
    dot({ x, y, near }, a, size, colour) {
      const radius = size / 2;
      const [left, top] = [Math.round(x[a] - radius), Math.round(y[a] - radius)];
      const whole = Math.max(1, Math.round(size));
      for (let row = 0; row < whole; row += 1) {
        for (let column = 0; column < whole; column += 1) {
          const out = (column + 0.5 - radius) ** 2 + (row + 0.5 - radius) ** 2 > radius * radius + 0.5;
          if (!out) this.put(left + column, top + row, near[a], colour);
        }
      }
    }
  }

  /** Where the camera sees each of `values` (x, y, z, x, ...): places in pixels, and in view coordinates for light. */
  function project(values, camera, { middle, radius }, width, height) {
    const count = Math.floor(values.length / 3);
    const to = { x: new Float32Array(count), y: new Float32Array(count), near: new Float32Array(count), view: new Float32Array(count * 3) };
    const [cosYaw, sinYaw, cosPitch, sinPitch] = [Math.cos(camera.yaw), Math.sin(camera.yaw), Math.cos(camera.pitch), Math.sin(camera.pitch)];
    const [up, depth, turn] = camera.up === "z" ? [2, 1, -1] : [1, 2, 1];
    const scale = (Math.min(width, height) / 2) * camera.zoom * (DISTANCE - 0.35);
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
    const [ax, ay, az] = [view[3 * a], view[3 * a + 1], view[3 * a + 2]];
    const [ux, uy, uz] = [view[3 * b] - ax, view[3 * b + 1] - ay, view[3 * b + 2] - az];
    const [wx, wy, wz] = [view[3 * c] - ax, view[3 * c + 1] - ay, view[3 * c + 2] - az];
    const [nx, ny, nz] = [uy * wz - uz * wy, uz * wx - ux * wz, ux * wy - uy * wx];
    const length = Math.hypot(nx, ny, nz) || 1;
    return AMBIENT + (1 - AMBIENT) * Math.abs(0.25 * nx + 0.45 * ny + 0.857 * nz) / length; // from above the eye
  }

  const packed = (red, green, blue) => (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;

  tb.raster = { Raster, project, lightOn, packed };
})(window.tailboard);
