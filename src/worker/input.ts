import type { Readable } from 'node:stream';
import { send } from './channel.js';

type Reader = Readable & { _read(size: number): void; readonly _handle?: { readStop?(): void } | null };

let met: Reader | null = null;

/**
 * Tells the primary when the app begins to read standard input: from then on what is typed is the app's alone. To look
 * at `process.stdin` (is it a terminal?) is not to read. Blocking reads of file descriptor 0 are not seen.
 */
export function watchInput(): void {
  const property = Object.getOwnPropertyDescriptor(process, 'stdin');
  const get = property?.get;
  if (get === undefined || property?.configurable !== true) return;
  Object.defineProperty(process, 'stdin', {
    ...property,
    get(this: NodeJS.Process): Reader {
      if (met !== null) return met;
      met = Reflect.apply(get, this, []) as Reader;
      tellFirstRead(met);
      return met;
    },
  });
}

function tellFirstRead(stream: Reader): void {
  const { _read: read } = stream;
  stream._read = function (this: Reader, size: number): void {
    // As it was, before anything else happens.
    Reflect.deleteProperty(stream, '_read');
    send({ tag: 'stdin', reads: true });
    Reflect.apply(read, this, [size]);
  };
}

/** What is typed from here on is for a newer generation. To the app it looks as if nobody typed. */
export function leaveInput(): void {
  if (met === null) return;
  met._read = () => {};
  met._handle?.readStop?.();
}
