import type { BuildMessage } from '../events.js';
import type { Inputs } from '../watch/inputs.js';

/** What one build came to. `inputs` is what it read, exactly as it read it; a bundle need not wait for the account. */
export type BuildOutcome =
  | {
      readonly tag: 'built';
      readonly bundle: Bundle;
      readonly warnings: readonly BuildMessage[];
      readonly inputs: Promise<Inputs>;
      /** How many modules were built, of how many; null: all. */
      readonly modules: readonly [built: number, all: number] | null;
    }
  | { readonly tag: 'failed'; readonly errors: readonly BuildMessage[]; readonly inputs: Promise<Inputs> };

/** A bundle on the disk. It is never overwritten: another content has another file. */
export interface Bundle {
  /** Absolute path of the .mjs or .cjs file; its source map lies beside it as `<file>.map`. */
  readonly file: string;
  /** Hash of the code. The same hash means the same program. */
  readonly hash: string;
}
