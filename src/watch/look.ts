import { observe, wasThere, type Followed } from './followed.js';
import type { Stamp } from './inputs.js';
import { stampOf } from './stamp.js';

/** How long a file may be empty or gone in the middle of a save, in ms. */
const GRACE = 150;

/** Looks at followed files and reports those that have another content. */
export interface Looks {
  /** Reads the file and compares. Resolves to whether a change was reported; looks at one file do not overlap. */
  at(path: string): Promise<boolean>;
  close(): void;
}

export function openLooks(files: Map<string, Followed>, report: (path: string) => void): Looks {
  const running = new Map<string, Promise<boolean>>();
  const again = new Set<string>();
  /** Files in the middle of a save, with the end of their grace. */
  const halves = new Map<string, { readonly end: number; readonly timer: NodeJS.Timeout }>();

  async function lookOnce(path: string): Promise<boolean> {
    const stamp = await stampOf(path);
    const file = files.get(path);
    if (file === undefined || (isHalf(file, stamp) && !graceIsOver(path))) return false;
    settle(path);
    const [next, changed] = observe(file, stamp);
    files.set(path, next);
    if (changed) report(path);
    return changed;
  }

  function graceIsOver(path: string): boolean {
    const half = halves.get(path);
    if (half !== undefined) return performance.now() >= half.end;
    const timer = setTimeout(() => void at(path), GRACE);
    halves.set(path, { end: performance.now() + GRACE - 1, timer });
    return false;
  }

  function settle(path: string): void {
    clearTimeout(halves.get(path)?.timer);
    halves.delete(path);
  }

  async function lookUntilQuiet(path: string): Promise<boolean> {
    let reported = false;
    do {
      again.delete(path);
      reported = (await lookOnce(path)) || reported;
    } while (again.has(path));
    running.delete(path);
    return reported;
  }

  function at(path: string): Promise<boolean> {
    const current = running.get(path);
    if (current !== undefined) {
      again.add(path);
      return current;
    }
    const look = lookUntilQuiet(path);
    running.set(path, look);
    return look;
  }

  return {
    at,
    close() {
      for (const path of halves.keys()) settle(path);
    },
  };
}

/** A save that truncates and then writes, or unlinks and then creates, is seen between its two steps. */
function isHalf(file: Followed, stamp: Stamp): boolean {
  if (stamp === null) return wasThere(file) !== 'gone';
  return stamp.size === 0 && wasThere(file) === 'full';
}
