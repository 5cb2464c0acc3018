import { statSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { openFolders } from './folders.js';
import { followedAs, rebase, type Followed } from './followed.js';
import { matcherOf } from './glob.js';
import type { Hint, Hints, OpenHints } from './hints.js';
import { findIncluded, oneAtATime, type Included } from './included.js';
import type { Inputs } from './inputs.js';
import { openListings } from './listing.js';
import { openLooks } from './look.js';
import { openPace, type Pace } from './pace.js';
import { openPlaces } from './places.js';
import { sameStat, stampOf } from './stamp.js';
import { warningFor } from './warning.js';

export interface WatchOptions {
  /** Look every so many ms instead of waiting for events; null for events. */
  readonly poll: number | null;
  /** Paths and globs that are watched beside the inputs. */
  readonly include: readonly string[];
  /** Paths and globs that are not watched, whatever else says so. */
  readonly ignore: readonly string[];
  readonly cwd: string;
  /** Real paths with another content than was last known, or that appeared where one was missing. */
  onChange(paths: readonly string[]): void;
  onWarning(message: string, hint: string): void;
}

/** Follows the inputs of the last build. Events only say where to look: what counts is the content. */
export interface Watch {
  /** These are the inputs now. What changed between the build's read and this call is reported as well. */
  follow(inputs: Inputs): void;
  /** Looks at everything again, soon. */
  recheck(): void;
  close(): Promise<void>;
}

const POLL = 300;
const IDLE = 3_000;
/** A file system's clock lags behind by a tick; a write within one tick of the read leaves the same time. */
const TICK = 20;
/** So many events at once, and the system may have dropped some. */
const STORM = 100;
const AFTER_STORM = 1_000;
/** How late an event may be, in ms. */
const MOMENT = 100;

const NOTHING: Included = { files: new Set(), folders: new Set() };

export function watchWith(openHints: OpenHints, options: WatchOptions): Watch {
  const files = new Map<string, Followed>();
  const placesOf = openPlaces(options.cwd);
  let places = placesOf([]);
  const listings = openListings();
  const ignored = matcherOf(options.ignore, options.cwd);
  let inputs: Inputs = { files: new Map(), folders: new Set(), aside: new Set() };
  let included = NOTHING;
  let closed = false;
  let reportedAt = Date.now() - 10_000;
  let heard = { at: 0, count: 0 };
  let storm = false;
  /** Folders that have been watched for as long as they are wanted: a change in them comes with an event. */
  const settled = new Set<string>();
  /** Changes in a row that no event told of. */
  let missed = 0;

  const report = (paths: readonly string[]): void => {
    const changed = paths.filter((path) => !ignored(path));
    if (closed || changed.length === 0) return;
    reportedAt = Date.now();
    options.onChange(changed);
  };
  const looks = openLooks(files, (path) => report([path]));

  let hints: Hints | null = null;
  let folders: ReturnType<typeof openFolders> | null = null;
  let pace: Pace;
  if (options.poll === null) {
    hints = openHints({ onHint, onWatching: checkFolder, onError });
    folders = openFolders(hints);
    pace = openPace({ steps: everything, every: IDLE, share: 0.002, holds: false });
  } else pace = openPolling(options.poll);

  function openPolling(every: number): Pace {
    return openPace({ steps: everything, every, share: 0.05, holds: true });
  }

  function* everything(): Generator<(asked: boolean) => void> {
    for (const path of files.keys()) yield (asked) => check(path, !asked);
    for (const folder of listings.list()) yield () => checkListing(folder);
    for (const folder of folders?.list() ?? []) yield () => folders?.verify(folder);
  }

  /** Compares a file with what is known, by its look first. `idle`: an event should have come before. */
  function check(path: string, idle: boolean): void {
    const file = files.get(path);
    if (file === undefined) return;
    const found = statOf(path);
    const same = sameStat(file.seen, found);
    if (!same && idle) void lookUnasked(path);
    else if (!same || (found !== undefined && Date.now() - found.mtimeMs < TICK)) void looks.at(path);
  }

  /** A change that no event has told of; or not yet, so it is given a moment. */
  async function lookUnasked(path: string): Promise<void> {
    const at = performance.now();
    if (!(await looks.at(path)) || !settled.has(dirname(path))) return;
    await setTimeout(MOMENT, null, { ref: false });
    if (heard.at >= at - MOMENT || closed || hints === null) return;
    folders?.renew(dirname(path));
    if (++missed >= 2) poll('changes arrive without events here', 'polling instead; set the pace with --poll <ms>');
  }

  function onHint(hint: Hint): void {
    folders?.hear(hint);
    const path = hint.name === null ? null : join(hint.folder, hint.name);
    if (path === null) checkFolder(hint.folder);
    else for (const file of [path, places.links.get(path)]) if (file !== undefined && files.has(file)) onHintOf(file);
    if (hint.moved) checkListing(hint.folder);
  }

  function onHintOf(path: string): void {
    const now = performance.now();
    missed = 0;
    heard = { at: now, count: heard.at > now - 1_000 ? heard.count + 1 : 1 };
    void looks.at(path);
    if (heard.count >= STORM && !storm) void recheckAfterStorm();
  }

  async function recheckAfterStorm(): Promise<void> {
    storm = true;
    await setTimeout(AFTER_STORM, null, { ref: false });
    storm = false;
    if (!closed) pace.hurry();
  }

  function checkFolder(folder: string): void {
    settled.add(folder);
    for (const path of places.files.get(folder) ?? []) check(path, false);
    checkListing(folder);
  }

  function checkListing(folder: string): void {
    const changed = listings.diff(folder);
    if (changed.length === 0) return;
    if (inputs.folders.has(folder)) report(changed);
    if (included.folders.has(folder)) void include();
  }

  function onError(error: unknown): void {
    const warning = warningFor(error);
    poll(warning.message, warning.hint);
  }

  function poll(message: string, hint: string): void {
    if (closed || hints === null) return;
    void hints.close();
    hints = folders = null;
    pace.close();
    pace = openPolling(POLL);
    pace.hurry();
    options.onWarning(message, hint);
  }

  const include = oneAtATime(async () => {
    const first = included === NOTHING;
    const found = await findIncluded(options.include, options.cwd, ignored);
    const stamps = await Promise.all([...found.files].map((path) => (first ? stampOf(path) : null)));
    if (closed) return;
    [...found.files].forEach((path, i) => {
      if (!files.has(path)) files.set(path, followedAs(stamps[i] ?? null));
    });
    // Files that have gone stay followed: they are reported as gone.
    included = { files: new Set([...included.files, ...found.files]), folders: found.folders };
    arrange();
  });

  /** Watches what has to be watched for the files that are followed, and looks at everything. */
  function arrange(): void {
    places = placesOf(files.keys());
    const beside = [...inputs.folders, ...included.folders].filter((folder) => !ignored(folder));
    const wanted = places.folders;
    for (const folder of beside) wanted.add(folder);
    for (const folder of settled) if (!wanted.has(folder)) settled.delete(folder);
    listings.keep(beside);
    folders?.want(wanted);
    pace.hurry();
  }

  if (options.include.length > 0) void include();
  return {
    follow(next) {
      if (closed) return;
      const fresh = [...next.folders].filter((folder) => !inputs.folders.has(folder));
      inputs = next;
      for (const path of files.keys()) if (!next.files.has(path) && !included.files.has(path)) files.delete(path);
      for (const [path, stamp] of next.files) {
        if (ignored(path)) continue;
        const file = files.get(path);
        files.set(path, file === undefined ? followedAs(stamp) : rebase(file, stamp));
      }
      arrange();
      // Whether an entry came between the build and now cannot be told from the names; from the folder's time it can.
      const late = fresh.filter((folder) => (statOf(folder)?.mtimeMs ?? 0) >= reportedAt - TICK);
      if (late.length > 0) queueMicrotask(() => report(late));
    },
    recheck: () => pace.hurry(),
    async close() {
      closed = true;
      pace.close();
      looks.close();
      await hints?.close();
    },
  };
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
