import type { Stamp } from './inputs.js';

/**
 * A followed file: what the last build saw, and the contents that were reported since, in their order. A content that was
 * reported is not reported again, and one that goes back to an earlier one is.
 */
export interface Followed {
  /** Hashes, '' for no file. The first is the build's, the last is what the owner of the watch knows of. */
  readonly contents: readonly string[];
  /** The file's look on the disk when its content was last known; another look asks for a read. */
  readonly seen: Stamp;
}

/** A file as a build has seen it. */
export function followedAs(stamp: Stamp): Followed {
  return { contents: [hashIn(stamp)], seen: stamp };
}

/**
 * A newer build has seen `stamp`. What was reported after that content is still ahead of the build, and stays reported;
 * a content that was never reported is news of the build's own.
 */
export function rebase(file: Followed, stamp: Stamp): Followed {
  const at = file.contents.lastIndexOf(hashIn(stamp));
  if (at < 0) return followedAs(stamp);
  return {
    contents: file.contents.slice(at),
    seen: file.contents.length - 1 === at ? pickSeen(file, stamp) : file.seen,
  };
}

/** The file now has this content: the new state, and whether that has to be reported. */
export function observe(file: Followed, stamp: Stamp): readonly [file: Followed, changed: boolean] {
  const hash = hashIn(stamp);
  if (hash === file.contents.at(-1)) return [{ ...file, seen: stamp }, false];
  return [{ contents: [...file.contents, hash], seen: stamp }, true];
}

/** Whether the file had something in it when it was last known. */
export function wasThere(file: Followed): 'full' | 'empty' | 'gone' {
  if (file.seen === null) return 'gone';
  return file.seen.size === 0 ? 'empty' : 'full';
}

/** After a touch the look on the disk is newer than the build's stamp of the same content. */
function pickSeen(file: Followed, stamp: Stamp): Stamp {
  return hashIn(file.seen) === hashIn(stamp) ? file.seen : stamp;
}

function hashIn(stamp: Stamp): string {
  return stamp?.hash ?? '';
}
