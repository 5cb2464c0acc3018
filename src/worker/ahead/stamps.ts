import { statSync } from 'node:fs';

/** The files that something was made from, as they were then. */
export interface Stamps {
  add(files: Iterable<string>): void;
  /** Whether none has changed since. */
  intact(): boolean;
}

/** A file that was written so shortly before it was read may be written once more with the same times, in ms. */
const DOUBT = 50;

export function openStamps(): Stamps {
  const stamps = new Map<string, string>();
  return {
    add(files) {
      for (const file of files) if (!stamps.has(file)) stamps.set(file, stampOf(file, Date.now() - DOUBT));
    },
    intact: () => [...stamps].every(([file, stamp]) => stampOf(file, Infinity) === stamp),
  };
}

/** Empty for one that is too new to be sure. */
function stampOf(file: string, before: number): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return 'none';
  const { mtimeMs, ctimeMs, size, ino } = stats;
  return mtimeMs > before ? '' : `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
}
