/* From coordinates to the screen: a picture's own units, the camera all clouds share, and steps laid over each other. */
(function (tb) {
  "use strict";
  const AWAY = 3.4; // from the eye to the middle, in units of half a picture
  const FILL = 0.9; // of the shorter side that a picture takes at zoom 1
  const MOST_ZOOM = 200;
  const START = { yaw: 0.6, pitch: 0.35, zoom: 1, x: 0, y: 0 };

  /** Which way all clouds are looked at: angles in radians, zoom, and how far the middle was moved, in pixels. */
  class Camera {
    constructor() {
      Object.assign(this, START);
    }

    fit() {
      Object.assign(this, START);
    }

    orbit(right, down) {
      this.yaw += right;
      this.pitch = Math.min(Math.PI / 2, Math.max(-Math.PI / 2, this.pitch + down));
    }

    pan(right, down) {
      this.x += right;
      this.y += down;
    }

    /** Enlarge by a factor so that what lies at a place, counted from the middle, stays there. */
    enlarge(factor, x = 0, y = 0) {
      const zoom = Math.min(MOST_ZOOM, Math.max(0.1, this.zoom * factor));
      const by = zoom / this.zoom;
      this.x = x - (x - this.x) * by;
      this.y = y - (y - this.y) * by;
      this.zoom = zoom;
    }

    /** The rows of the rotation: right, up, towards the eye. */
    turned() {
      const [cy, sy, cp, sp] = [Math.cos(this.yaw), Math.sin(this.yaw), Math.cos(this.pitch), Math.sin(this.pitch)];
      return [cy, 0, sy, sy * sp, cp, -cy * sp, -sy * cp, sp, cy * cp];
    }
  }

  /**
   * Screen places of points: writes `x`, `y` (pixels) and `near` (the nearer to the eye, the larger) of each.
   * `at` holds three numbers a point, within -1 and 1; a flat picture is looked at from the front.
   */
  function project(at, camera, flat, width, height, { x, y, near }) {
    const unit = (Math.min(width, height) / 2) * FILL * camera.zoom;
    const [middleX, middleY] = [width / 2 + camera.x, height / 2 + camera.y];
    const [a, , c, d, e, f, g, h, i] = camera.turned();
    for (let one = 0, from = 0; one < x.length; one += 1, from += 3) {
      const [px, py, pz] = [at[from], at[from + 1], at[from + 2]];
      if (flat) {
        x[one] = middleX + px * unit;
        y[one] = middleY - py * unit;
        near[one] = 0;
      } else {
        const depth = g * px + h * py + i * pz;
        const larger = (unit * AWAY) / (AWAY - depth);
        x[one] = middleX + (a * px + c * pz) * larger;
        y[one] = middleY - (d * px + e * py + f * pz) * larger;
        near[one] = depth;
      }
    }
  }

  /** Middle and half of the extent of each column, the same half for all unless `apart`. */
  function extents(columns, apart) {
    const ends = columns.map((column) => {
      let [low, high] = [Infinity, -Infinity];
      for (const value of column) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
      return [low, high];
    });
    const halves = ends.map(([low, high]) => (high - low) / 2 || 1);
    const most = Math.max(...halves);
    return { middle: ends.map(([low, high]) => (low + high) / 2), half: apart ? halves : halves.map(() => most) };
  }

  /** Three numbers a point: within -1 and 1 where two columns are given, within the unit sphere where three are. */
  function placed(columns, { middle, half }) {
    const at = new Float32Array(columns[0].length * 3);
    let most = 0;
    for (let one = 0, to = 0; to < at.length; one += 1, to += 3) {
      let square = 0;
      for (let axis = 0; axis < columns.length; axis += 1) {
        const value = (columns[axis][one] - middle[axis]) / half[axis];
        at[to + axis] = value;
        square += value * value;
      }
      if (square > most) most = square;
    }
    const larger = columns.length > 2 && most > 0 ? 1 / Math.sqrt(most) : 1;
    return larger === 1 ? at : at.map((value) => value * larger);
  }

  /** Of each column, whether its sign must be turned to lie over the one shown before. */
  function flips(columns, before) {
    return columns.map((column, axis) => {
      let sum = 0;
      for (let one = 0; one < column.length; one += 1) sum += column[one] * before[axis][one];
      return sum < 0;
    });
  }

  /** Columns turned and mirrored, distances kept, so that they lie over those shown before (orthogonal Procrustes). */
  function turnedOver(columns, before) {
    const n = columns.length;
    const middle = columns.map(mean);
    const middleBefore = before.map(mean);
    const cross = columns.map((column, i) => before.map((other, j) => {
      let sum = 0;
      for (let one = 0; one < column.length; one += 1) sum += (column[one] - middle[i]) * (other[one] - middleBefore[j]);
      return sum;
    }));
    const turn = nearestRotation(cross);
    if (!turn) return columns;
    return turn[0].map((_, j) => {
      const out = new Float32Array(columns[0].length);
      for (let one = 0; one < out.length; one += 1) {
        let sum = middle[j];
        for (let i = 0; i < n; i += 1) sum += (columns[i][one] - middle[i]) * turn[i][j];
        out[one] = sum;
      }
      return out;
    });
  }

  const mean = (column) => column.reduce((sum, value) => sum + value, 0) / (column.length || 1);

  /* The orthogonal matrix nearest to another one: its polar factor, by Newton's iteration (Higham 1986). */
  function nearestRotation(matrix) {
    let found = matrix;
    for (let turn = 0; turn < 60; turn += 1) {
      const inverse = inverted(found);
      if (!inverse) return null;
      const size = Math.sqrt(norm(inverse) / norm(found));
      found = found.map((row, i) => row.map((value, j) => (size * value + inverse[j][i] / size) / 2));
    }
    return found.flat().every(Number.isFinite) ? found : null;
  }

  const norm = (matrix) => Math.hypot(...matrix.flat());

  function inverted(m) {
    if (m.length === 2) {
      const size = m[0][0] * m[1][1] - m[0][1] * m[1][0];
      return size ? [[m[1][1] / size, -m[0][1] / size], [-m[1][0] / size, m[0][0] / size]] : null;
    }
    const minor = (i, j) => m[(i + 1) % 3][(j + 1) % 3] * m[(i + 2) % 3][(j + 2) % 3] - m[(i + 1) % 3][(j + 2) % 3] * m[(i + 2) % 3][(j + 1) % 3];
    const size = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
    return size ? m.map((_, i) => m.map((__, j) => minor(j, i) / size)) : null;
  }

  Object.assign(tb.projector, { Camera, project, extents, placed, flips, turnedOver, AWAY });
})(window.tailboard);
