/* Arrays as numpy's .npy files hold them, and what they are like. */
(function (tb) {
  "use strict";
  const MAGIC = "\x93NUMPY";
  const PLAIN = { f4: Float32Array, f8: Float64Array, i1: Int8Array, i2: Int16Array, i4: Int32Array, u1: Uint8Array, u2: Uint16Array, u4: Uint32Array };
  const BIG = { i8: BigInt64Array, u8: BigUint64Array };
  const WORDS = { f2: "float16", f4: "float32", f8: "float64", b1: "bool", i1: "int8", i2: "int16", i4: "int32", i8: "int64", u1: "uint8", u2: "uint16", u4: "uint32", u8: "uint64" };

  /** `{shape, dtype, values}`: numbers in C order. Throws an Error in words where it is no such file. */
  function parse(buffer) {
    const bytes = new Uint8Array(buffer);
    const begin = String.fromCharCode(...bytes.subarray(0, 6));
    if (begin !== MAGIC) throw new Error("Its file is no array (.npy).");
    const long = bytes[6] > 1;
    const view = new DataView(buffer);
    const size = long ? view.getUint32(8, true) : view.getUint16(8, true);
    const from = (long ? 12 : 10) + size;
    const head = new TextDecoder("latin1").decode(bytes.subarray(long ? 12 : 10, from));
    const [, order, type] = head.match(/'descr':\s*'([<>|=]?)(\w+)'/) || [];
    const dims = head.match(/'shape':\s*\(([^)]*)\)/);
    if (!WORDS[type] || order === ">" || !dims || /'fortran_order':\s*True/.test(head)) throw new Error(`An array of this form is not drawn: ${head.trim()}`);
    const shape = dims[1].split(",").map((text) => text.trim()).filter(Boolean).map(Number);
    const count = shape.reduce((product, length) => product * length, 1);
    if (bytes.length - from < count * Number(type[1])) throw new Error("Its file ends before the array does.");
    return { shape, dtype: WORDS[type], values: numbers(buffer.slice(from), type, count) };
  }

  function numbers(data, type, count) {
    if (PLAIN[type]) return new PLAIN[type](data, 0, count);
    if (BIG[type]) return Float64Array.from(new BIG[type](data, 0, count), Number);
    if (type === "b1") return new Uint8Array(data, 0, count);
    return Float32Array.from(new Uint16Array(data, 0, count), half);
  }

  function half(bits) {
    const sign = bits & 0x8000 ? -1 : 1;
    const power = (bits >> 10) & 31;
    const part = bits & 1023;
    if (power === 31) return part ? NaN : sign * Infinity;
    return sign * (power ? 2 ** (power - 15) * (1 + part / 1024) : 2 ** -14 * (part / 1024));
  }

  /** Lowest, highest and mean of the finite numbers (null where there are none), and how many are not finite. */
  function facts(values) {
    let [low, high, sum, finite, nan] = [Infinity, -Infinity, 0, 0, 0];
    for (const value of values) {
      if (Number.isFinite(value)) {
        if (value < low) low = value;
        if (value > high) high = value;
        sum += value;
        finite += 1;
      } else if (Number.isNaN(value)) nan += 1;
    }
    const inf = values.length - finite - nan;
    return finite ? { low, high, mean: sum / finite, nan, inf } : { low: null, high: null, mean: null, nan, inf };
  }

  tb.npy = { parse, facts };
})(window.tailboard);
