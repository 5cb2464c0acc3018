/**
 * How a process of the app asks the primary for source files that no bundle has: computed imports, threads, children.
 * Asks and answers are files in a folder of the run, since a thread has no channel to the primary, and one that calls
 * `require` cannot wait for a message: it looks for the answer until it is there.
 */
export interface Ask {
  /** The entry of the realm (process or thread) that asks. */
  readonly realm: string;
  /** The source file that is wanted; null: the realm itself, with all that it imports. */
  readonly file: string | null;
  /** Files that the realm has evaluated: the answer uses those instead of bringing its own. */
  readonly known: readonly string[];
}

export type Answer =
  /** Evaluate this file. `alone`: it brings modules that the realm may have too, whose bundle does not tell. */
  | {
      readonly tag: 'built';
      readonly file: string;
      readonly alone: boolean;
      /** What it exports, where that can be told: an ES module. */
      readonly names: readonly string[] | null;
    }
  | { readonly tag: 'failed'; readonly message: string };

/** The folder of asks and answers inside the run's folder. */
export const MAILBOX = 'late';

/** Ends of the names of an ask, written whole by a rename, and of its answer. */
export const ASKED = '.ask';
export const ANSWERED = '.told';

/** What a bundle that cannot say what it has evaluated is called where packages are, see `Builder.keepStatic`. */
export const SHARING = 'zdr:sharing';

/** `process[REALM]`: what bundles reach for at run time. */
export const REALM = 'zdr.realm';

/** How the file ends with which a thread or a child begins: it loads the bundle of its source. */
export const ENTRANCE = '.enter.mjs';
