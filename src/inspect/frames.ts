/** A frame of RFC 6455 section 5.2. */
export interface Frame {
  /** The last frame of its message. */
  readonly last: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** A client's frame that is longer is no frame of a debugger. */
const LONGEST = 256 * 1024 * 1024;

/** A frame as a server sends it: whole, and not masked. */
export function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** Reads a client's frames from pieces of bytes. `onWrong`: what comes is no such frame, and nothing is read from then on. */
export function frameReader(onFrame: (frame: Frame) => void, onWrong: () => void): (bytes: Buffer) => void {
  let seen: Buffer[] = [];
  let size = 0;
  let wanted = 2;
  let wrong = false;

  /** The first frame of what was seen; or how many bytes that takes at least; or null where it cannot be one. */
  function parse(bytes: Buffer): { readonly frame: Frame; readonly size: number } | number | null {
    const first = bytes[0] ?? 0;
    const second = bytes[1] ?? 0;
    const short = second & 0x7f;
    const head = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + 4;
    // A client masks its frames; extensions were not agreed on.
    if ((second & 0x80) === 0 || (first & 0x70) !== 0) return null;
    if (bytes.length < head) return head;
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    if (length > LONGEST) return null;
    if (bytes.length < head + length) return head + length;
    const mask = bytes.subarray(head - 4, head);
    const payload = Buffer.from(bytes.subarray(head, head + length));
    for (let at = 0; at < length; at += 1) payload[at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
    return { frame: { last: (first & 0x80) !== 0, opcode: first & 0x0f, payload }, size: head + length };
  }

  return (bytes) => {
    if (wrong) return;
    seen.push(bytes);
    size += bytes.length;
    while (size >= wanted && !wrong) {
      const all = seen.length === 1 && seen[0] !== undefined ? seen[0] : Buffer.concat(seen);
      const parsed = parse(all);
      if (parsed === null) {
        wrong = true;
        seen = [];
        return onWrong();
      }
      const rest = typeof parsed === 'number' ? all : all.subarray(parsed.size);
      seen = [rest];
      size = rest.length;
      wanted = typeof parsed === 'number' ? parsed : 2;
      if (typeof parsed !== 'number') onFrame(parsed.frame);
    }
  };
}
