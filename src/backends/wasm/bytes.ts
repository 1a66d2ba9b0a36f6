/** A growable array of bytes with Wasm's encodings of numbers (LEB128, little-endian floats). */

const scratch = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

export class Bytes {
  data: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = 128) {
    this.data = new Uint8Array(capacity);
  }

  private reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.data.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.data.length));
    grown.set(this.data.subarray(0, this.length));
    this.data = grown;
  }

  byte(value: number): void {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length++] = value;
  }

  /** An unsigned integer below 2^32. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** An unsigned integer in exactly five bytes, so that it can be overwritten; see `patch`. */
  padded(value: number): void {
    this.reserve(5);
    this.length += 5;
    this.patch(this.length - 5, value);
  }

  /** Overwrites a number that `padded` wrote at `position`. */
  patch(position: number, value: number): void {
    let rest = value >>> 0;
    for (let i = 0; i < 5; i++) {
      this.data[position + i] = (rest & 0x7f) | (i < 4 ? 0x80 : 0);
      rest >>>= 7;
    }
  }

  /** A signed 32-bit integer. */
  signed(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  /** A signed 64-bit integer. */
  signed64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  float32(value: number): void {
    scratch.setFloat32(0, value, true);
    this.reserve(4);
    for (let i = 0; i < 4; i++) this.data[this.length++] = scratch.getUint8(i);
  }

  float64(value: number): void {
    scratch.setFloat64(0, value, true);
    this.reserve(8);
    for (let i = 0; i < 8; i++) this.data[this.length++] = scratch.getUint8(i);
  }

  append(other: Bytes): void {
    this.reserve(other.length);
    this.data.set(other.data.subarray(0, other.length), this.length);
    this.length += other.length;
  }

  /** A name: its length and its characters (ASCII). */
  name(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i) & 0x7f);
  }

  /** The bytes written, as a view. */
  view(): Uint8Array<ArrayBuffer> {
    return this.data.subarray(0, this.length);
  }
}
