import { openWatch } from '../watch/chokidar.js';
import { compose, type Composed, type Prepared } from './prepare.js';
import { readConfig } from './read.js';
import type { Wrong } from './wrong.js';

/** Keeps a run to its configuration. */
export interface Follower {
  /** Begins to watch, if it has not begun. What changed since it was read is found then. */
  begin(): void;
  /** Reads it again. False: what was found is not used, and was told. `causes`: the files that changed. */
  reread(causes: readonly string[]): Promise<boolean>;
  close(): void;
}

export interface Followed {
  apply(composed: Composed, causes: readonly string[]): void;
  refuse(wrong: Wrong): void;
}

/** It begins after so long in any case, in ms. */
const PATIENCE = 500;

/** Watches what the configuration was read from, where the app's files are watched too. */
export function openFollower({ request, reading, options }: Prepared, { apply, refuse }: Followed): Follower {
  let key = reading.key;
  let good = true;
  let closed = false;
  let queue: Promise<unknown> = Promise.resolve();
  const watch =
    options.watching === null || request.config === false
      ? null
      : openWatch({
          poll: options.watching.poll,
          include: [],
          ignore: [],
          cwd: request.cwd,
          onChange: (paths) => void reread(paths),
          // The watch of the app says it as well.
          onWarning() {},
        });
  let begun = false;
  const begin = (): void => {
    clearTimeout(timer);
    if (begun || closed) return;
    begun = true;
    watch?.follow(reading.inputs);
  };
  // The first build and boot may take long.
  const timer = setTimeout(begin, PATIENCE);
  timer.unref();

  async function rereadNow(causes: readonly string[]): Promise<boolean> {
    const next = await readConfig(request);
    if (closed) return good;
    begun = true;
    watch?.follow(next.inputs);
    if (next.key === key) return good;
    key = next.key;
    const composed = compose(request, next);
    good = composed.tag === 'composed';
    if (composed.tag === 'wrong') refuse(composed);
    else apply(composed, causes);
    return good;
  }

  function reread(causes: readonly string[]): Promise<boolean> {
    const run = queue.then(() => rereadNow(causes));
    queue = run;
    return run;
  }

  return {
    begin,
    reread,
    close() {
      closed = true;
      clearTimeout(timer);
      void watch?.close();
    },
  };
}
