/**
 * Where an app is in what it writes to an upgraded socket.
 * - `head`: the answer to the upgrade, `seen` so far
 * - `frame`: the header of a WebSocket frame, `seen` so far; with nothing seen it is between two frames
 * - `payload`: `left` bytes of a frame are still to come
 * - `other`: no WebSocket
 */
export type Place =
  | { readonly tag: 'head' | 'frame'; readonly seen: Buffer }
  | { readonly tag: 'payload'; readonly left: number }
  | { readonly tag: 'other' };

const SWITCHING = /^HTTP\/1\.1 101 /;
const WEBSOCKET = /^upgrade:\s*websocket\s*$/im;
const HEAD_END = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

export const START: Place = { tag: 'head', seen: NOTHING };

/** Where the app is after these bytes. */
export function after(place: Place, bytes: Buffer): Place {
  let now = place;
  let rest = bytes;
  while (rest.length > 0) {
    switch (now.tag) {
      case 'other':
        return now;
      case 'head': {
        const seen = Buffer.concat([now.seen, rest]);
        const end = seen.indexOf(HEAD_END);
        if (end < 0) return { tag: 'head', seen };
        const head = seen.toString('latin1', 0, end);
        if (!SWITCHING.test(head) || !WEBSOCKET.test(head)) return { tag: 'other' };
        rest = seen.subarray(end + HEAD_END.length);
        now = { tag: 'frame', seen: NOTHING };
        break;
      }
      case 'frame': {
        const seen: Buffer = now.seen.length === 0 ? rest : Buffer.concat([now.seen, rest]);
        const size = headerSize(seen);
        if (size === null || seen.length < size) return { tag: 'frame', seen: Buffer.from(seen) };
        now = { tag: 'payload', left: payloadSize(seen) };
        rest = seen.subarray(size);
        if (now.left === 0) now = { tag: 'frame', seen: NOTHING };
        break;
      }
      case 'payload': {
        const left: number = now.left - rest.length;
        if (left > 0) return { tag: 'payload', left };
        rest = rest.subarray(now.left);
        now = { tag: 'frame', seen: NOTHING };
        break;
      }
    }
  }
  return now;
}

/** Of a frame header (RFC 6455 section 5.2), as far as it can be told. */
function headerSize(seen: Buffer): number | null {
  const second = seen[1];
  if (second === undefined) return null;
  const mask = (second & 0x80) === 0 ? 0 : 4;
  const short = second & 0x7f;
  return 2 + mask + (short === 126 ? 2 : short === 127 ? 8 : 0);
}

function payloadSize(seen: Buffer): number {
  const short = (seen[1] ?? 0) & 0x7f;
  if (short === 126) return seen.readUInt16BE(2);
  return short === 127 ? Number(seen.readBigUInt64BE(2)) : short;
}

export function isBorder(place: Place): boolean {
  return place.tag === 'frame' && place.seen.length === 0;
}
