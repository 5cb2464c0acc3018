import { constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';

/** What is typed in the terminal. Nothing is read before `resume`, nor after `pause`. */
export interface Typed {
  resume(): void;
  pause(): void;
}

/**
 * Reads the terminal of standard input, but not by descriptor 0: that one is inherited, and whenever a process is
 * spawned with it libuv makes it blocking, for all that share it. A reader that is woken together with another one (the
 * app) and comes second would then wait for the next line with all of its event loop, signals and rollovers included.
 * `onEnd`: end of file, or the terminal is gone.
 */
export function openTyped(onText: (text: string) => void, onEnd: () => void): Typed {
  const stream = new ReadStream(own(), {
    // With a callback `pause` stops the reading at once; without one, when more has come.
    onread: {
      buffer: Buffer.alloc(4_096),
      callback(size: number, bytes: Uint8Array) {
        // Keys are ASCII, so it does not matter where a longer character is cut.
        onText(Buffer.from(bytes.buffer, bytes.byteOffset, size).toString('latin1'));
        return true;
      },
    },
  } as object);
  return stream.on('error', onEnd).on('end', onEnd).on('close', onEnd);
}

/** A descriptor of zdr's own, which no other process gets. */
function own(): number {
  const { O_RDONLY, O_NOCTTY, O_NONBLOCK } = constants;
  if (process.platform === 'win32') return 0;
  try {
    return openSync('/dev/fd/0', O_RDONLY | O_NOCTTY | O_NONBLOCK);
  } catch {
    // The terminal is another user's (su): then as everybody reads it.
    return 0;
  }
}
