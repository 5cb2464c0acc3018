import { isThere } from '../bundles.js';
import type { Bundle } from '../outcome.js';
import { isSame, type Latest } from './known.js';

/** Bundles that somebody may use, and what they were built of. */
export interface Given {
  /** A bundle of the same program, in whatever form: one that serves is not replaced by its like. */
  like(program: Latest): Bundle | null;
  /** `program` null: nobody looks for its like. */
  give(program: Latest | null, bundle: Bundle): Bundle;
  has(bundle: Bundle): boolean;
  /** What it was last built of; null: that is not known. */
  programOf(bundle: Bundle): Latest | null;
  /** From here on the same sources may come to something else. */
  doubt(): void;
}

export function openGiven(): Given {
  const given = new WeakSet<Bundle>();
  let programs: readonly Latest[] = [];

  return {
    like(program) {
      programs = programs.filter(({ bundle }) => bundle !== null && isThere(bundle));
      return programs.find((other) => isSame(other, program))?.bundle ?? null;
    },
    give(program, bundle) {
      given.add(bundle);
      if (program !== null) programs = [...programs.filter((other) => other.bundle !== bundle), { ...program, bundle }];
      return bundle;
    },
    has: (bundle) => given.has(bundle),
    programOf: (bundle) => programs.find((program) => program.bundle === bundle) ?? null,
    doubt() {
      programs = [];
    },
  };
}
