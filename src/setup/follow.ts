import { openWatch } from '../watch/chokidar.js';
import { compose, type Composed, type Prepared } from './prepare.js';
import { readConfig } from './read.js';
import type { Wrong } from './wrong.js';

/** Keeps a run to its configuration. */
export interface Follower {
  /** Reads it again. False: what was found is not used, and was told. `causes`: the files that changed. */
  reread(causes: readonly string[]): Promise<boolean>;
  close(): void;
}

export interface Followed {
  apply(composed: Composed, causes: readonly string[]): void;
  refuse(wrong: Wrong): void;
}

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
  watch?.follow(reading.inputs);

  async function rereadNow(causes: readonly string[]): Promise<boolean> {
    const next = await readConfig(request);
    if (closed) return good;
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
    reread,
    close() {
      closed = true;
      void watch?.close();
    },
  };
}
