import type { BuildOutcome } from './outcome.js';

/** `names`: what an ES module exports. */
export type Built = Extract<BuildOutcome, { tag: 'built' }> & { readonly names: readonly string[] | null };

export type LateOutcome = Built | Extract<BuildOutcome, { tag: 'failed' }>;

/** What was built of a source file that the app asked for at run time. */
export interface Part {
  readonly outcome: Built;
  /** The modules in it, and those that it takes from the realm. */
  readonly holds: ReadonlySet<string>;
  readonly takes: ReadonlySet<string>;
}

/** Remembers parts: a new generation asks for the same ones again. */
export interface Parts {
  /** What was built of `file`, if it suits a realm that has evaluated `known`. */
  find(file: string, known: ReadonlySet<string>): Built | null;
  /** Gives the parts that are too old to be asked for, to be removed. */
  keep(file: string, part: Part): readonly Built[];
  invalidate(path: string): void;
  clear(): void;
}

/** Older generations may still load what they got: so many versions of a file are kept. */
const VERSIONS = 8;

export function openParts(): Parts {
  const current = new Map<string, Part>();
  const versions = new Map<string, Built[]>();
  return {
    find(file, known) {
      const part = current.get(file);
      if (part === undefined) return null;
      const suits =
        [...part.takes].every((path) => known.has(path)) && ![...part.holds].some((path) => known.has(path));
      return suits ? part.outcome : null;
    },
    keep(file, part) {
      current.set(file, part);
      const all = (versions.get(file) ?? []).filter(({ bundle }) => bundle !== part.outcome.bundle);
      all.push(part.outcome);
      versions.set(file, all);
      return all.splice(0, all.length - VERSIONS);
    },
    invalidate(path) {
      for (const [file, { holds }] of current) if (holds.has(path)) current.delete(file);
    },
    clear: () => current.clear(),
  };
}
