/* Places boxes in rows from top to bottom, so that edges lead down: rows by longest paths, order in a row by barycentres
   (Sugiyama, Tagawa and Toda 1981), places in a row by weighted least squares that keep order and gaps. */
(function (tb) {
  "use strict";
  const GAP_X = 22;
  const GAP_Y = 40;
  const LANE = 10; // width of an edge that passes a row
  const SWEEPS = 8;
  const MOST_LANES = 3000; // beyond, edges go straight
  const SPREAD = 14; // between two edges that end at one box

  /**
   * Sizes: [{w, h}] in the order in which the boxes should follow each other; edges: [[from, to]], places in it.
   * `first` and `last` are places that stand in the first and last row alone, or -1.
   * Returns {x, y (of the middles), w, h, routes}: a route is the points of an edge, row by row.
   */
  function layered(sizes, edges, first = -1, last = -1) {
    const net = new Net(sizes, edges, first, last);
    net.order();
    net.place();
    return net.result();
  }

  class Net {
    constructor(sizes, edges, first, last) {
      this.count = sizes.length;
      this.w = sizes.map((size) => size.w);
      this.h = sizes.map((size) => size.h);
      this.edges = edges.map(([from, to]) => (from < to ? [from, to] : [to, from])); // a way back is drawn upwards
      this.rank = this.ranks(first, last);
      this.rows = Array.from({ length: Math.max(0, ...this.rank) + 1 }, () => []);
      this.rank.forEach((rank, node) => this.rows[rank].push(node));
      this.up = this.rank.map(() => []);
      this.down = this.rank.map(() => []);
      this.lanes();
    }

    ranks(first, last) {
      const rank = new Array(this.count).fill(first >= 0 ? 1 : 0);
      if (first >= 0) rank[first] = 0;
      const above = new Array(this.count).fill(0);
      const targets = rank.map(() => []);
      for (const [from, to] of this.edges) targets[from].push(to);
      targets.forEach((list, from) => list.forEach((to) => {
        rank[to] = Math.max(rank[to], rank[from] + 1);
        above[to] += 1;
      }));
      for (let node = this.count - 1; node >= 0; node -= 1) {
        if (!above[node] && node !== first && targets[node].length) rank[node] = Math.min(...targets[node].map((to) => rank[to])) - 1;
      }
      if (last >= 0) rank[last] = Math.max(...rank.map((one, node) => (node === last ? 0 : one))) + 1;
      return rank;
    }

    /* An edge over several rows takes a lane in each; edges of one box share theirs. */
    lanes() {
      const far = new Map(); // box -> the last row that one of its edges reaches
      for (const [from, to] of this.edges) far.set(from, Math.max(far.get(from) || 0, this.rank[to]));
      let needed = 0;
      for (const [from, rank] of far) needed += Math.max(0, rank - this.rank[from] - 1);
      this.laneAt = new Map(); // "box row" -> lane
      if (needed <= MOST_LANES) for (const [from, rank] of far) this.lane(from, rank);
      const linked = new Set();
      this.paths = this.edges.map(([from, to]) => {
        const path = [from];
        for (let row = this.rank[from] + 1; row < this.rank[to]; row += 1) if (this.laneAt.has(`${from} ${row}`)) path.push(this.laneAt.get(`${from} ${row}`));
        path.push(to);
        for (let i = 1; i < path.length; i += 1) {
          const key = `${path[i - 1]} ${path[i]}`;
          if (linked.has(key) || this.rank[path[i]] !== this.rank[path[i - 1]] + 1) continue;
          linked.add(key);
          this.down[path[i - 1]].push(path[i]);
          this.up[path[i]].push(path[i - 1]);
        }
        return path;
      });
    }

    lane(from, farthest) {
      for (let row = this.rank[from] + 1; row < farthest; row += 1) {
        const lane = this.rank.length;
        this.rank.push(row);
        this.w.push(LANE);
        this.h.push(0);
        this.up.push([]);
        this.down.push([]);
        this.rows[row].push(lane);
        this.laneAt.set(`${from} ${row}`, lane);
      }
    }

    order() {
      this.at = new Float64Array(this.rank.length);
      const number = () => this.rows.forEach((row) => row.forEach((node, i) => (this.at[node] = i)));
      number();
      let best = this.rows.map((row) => [...row]);
      let least = this.crossings();
      for (let sweep = 0; sweep < SWEEPS && least > 0; sweep += 1) {
        const towards = sweep % 2 ? this.down : this.up;
        const rows = sweep % 2 ? [...this.rows].reverse() : this.rows;
        for (const row of rows) {
          const mean = new Map(row.map((node) => [node, towards[node].length ? towards[node].reduce((sum, other) => sum + this.at[other], 0) / towards[node].length : this.at[node]]));
          row.sort((a, b) => mean.get(a) - mean.get(b) || this.at[a] - this.at[b]);
          row.forEach((node, i) => (this.at[node] = i));
        }
        const count = this.crossings();
        if (count < least) [best, least] = [this.rows.map((row) => [...row]), count];
      }
      this.rows = best;
      number();
    }

    /* How many edges cross: inversions, counted with a Fenwick tree. */
    crossings() {
      let count = 0;
      this.rows.forEach((row, i) => {
        const below = this.rows[i + 1]?.length || 0;
        const tree = new Int32Array(below + 1);
        let seen = 0;
        for (const node of row) {
          const ends = this.down[node].map((other) => this.at[other]).sort((a, b) => a - b);
          for (const end of ends) {
            let before = 0;
            for (let k = end + 1; k > 0; k -= k & -k) before += tree[k];
            count += seen - before;
          }
          for (const end of ends) {
            seen += 1;
            for (let k = end + 1; k <= below; k += k & -k) tree[k] += 1;
          }
        }
      });
      return count;
    }

    place() {
      this.x = new Float64Array(this.rank.length);
      for (const row of this.rows) this.settle(row, row.map(() => 0), row.map(() => 1));
      for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
        const sides = sweep >= SWEEPS - 2 ? [this.up, this.down] : [sweep % 2 ? this.down : this.up];
        for (const row of sweep % 2 ? [...this.rows].reverse() : this.rows) {
          const pulls = row.map((node) => this.pull(node, sides));
          this.settle(row, pulls.map((pull) => pull.to), pulls.map((pull) => pull.weight));
        }
      }
      this.tops = [];
      let y = 0;
      this.rows.forEach((row, i) => {
        const height = Math.max(...row.map((node) => this.h[node]));
        this.tops.push({ top: y, bottom: y + height });
        y += height + (i + 1 < this.rows.length ? GAP_Y : 0);
      });
    }

    isAlone(node, other, side) {
      const back = side === this.up ? this.down : this.up;
      return side[node].length === 1 && back[other].length === 1;
    }

    /* Where the neighbours of a box want it; lanes of one edge, and boxes in a chain, pull hard, so that it is straight. */
    pull(node, sides) {
      let [to, weight] = [0, 0];
      for (const side of sides) {
        for (const other of side[node]) {
          const lanes = (node >= this.count) + (other >= this.count);
          const strength = lanes === 2 ? 8 : lanes === 1 ? 2 : this.isAlone(node, other, side) ? 6 : 1;
          to += strength * this.x[other];
          weight += strength;
        }
      }
      return weight ? { to: to / weight, weight } : { to: this.x[node], weight: 0.01 };
    }

    /* Places in a row as near as can be to where they are wanted, order and gaps kept: isotonic regression by pooling. */
    settle(row, wanted, weights) {
      const offsets = [0];
      for (let i = 1; i < row.length; i += 1) offsets.push(offsets[i - 1] + (this.w[row[i - 1]] + this.w[row[i]]) / 2 + GAP_X);
      const pools = [];
      row.forEach((_, i) => {
        let pool = { mean: wanted[i] - offsets[i], weight: weights[i], size: 1 };
        while (pools.length && pools.at(-1).mean > pool.mean) {
          const last = pools.pop();
          const weight = last.weight + pool.weight;
          pool = { mean: (last.mean * last.weight + pool.mean * pool.weight) / weight, weight, size: last.size + pool.size };
        }
        pools.push(pool);
      });
      let i = 0;
      for (const pool of pools) for (let k = 0; k < pool.size; k += 1, i += 1) this.x[row[i]] = pool.mean + offsets[i];
    }

    result() {
      const all = [...this.x.keys()];
      const left = Math.min(...all.map((node) => this.x[node] - this.w[node] / 2));
      const right = Math.max(...all.map((node) => this.x[node] + this.w[node] / 2));
      for (const node of all) this.x[node] -= left;
      const y = all.slice(0, this.count).map((node) => (this.tops[this.rank[node]].top + this.tops[this.rank[node]].bottom) / 2);
      return { x: [...this.x.slice(0, this.count)], y, w: right - left, h: this.tops.at(-1).bottom, routes: this.routes(y) };
    }

    /* Edges that end at one box end beside each other. */
    routes(y) {
      const beside = (node, side) => {
        const others = [...side[node]].sort((a, b) => this.x[a] - this.x[b]);
        const gap = Math.min(SPREAD, (0.6 * this.w[node]) / Math.max(1, others.length));
        return new Map(others.map((other, i) => [other, this.x[node] + (i - (others.length - 1) / 2) * gap]));
      };
      const ins = y.map((_, node) => beside(node, this.up));
      const outs = y.map((_, node) => beside(node, this.down));
      return this.paths.map((path) => {
        const [from, to] = [path[0], path.at(-1)];
        const rows = path.slice(1, -1).map((lane) => ({ x: this.x[lane], ...this.tops[this.rank[lane]] }));
        const start = { x: outs[from].get(path[1]) ?? this.x[from], y: y[from] + this.h[from] / 2, bottom: this.tops[this.rank[from]].bottom };
        const end = { x: ins[to].get(path.at(-2)) ?? this.x[to], y: y[to] - this.h[to] / 2, top: this.tops[this.rank[to]].top };
        return { start, rows, end };
      });
    }
  }

  tb.layered = layered;
})(window.tailboard);
