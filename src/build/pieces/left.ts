import { hashOf } from '../../watch/stamp.js';
import { isThere } from '../bundles.js';
import type { Bundle } from '../outcome.js';
import type { Base, Latest } from './known.js';

/** What a bundle in pieces was made of. */
export interface Parts {
  readonly base: Bundle;
  /** By the path of a module: what esbuild gets for it, and what its specifiers mean, as a hash. */
  readonly prints: ReadonlyMap<string, string>;
}

/** What one run leaves for the next, and what this one has begun with. */
export interface Left {
  /** This bundle is what a whole build has come to just now. */
  whole(program: Latest): void;
  /** This bundle runs with that base. */
  pieces(bundle: Bundle, now: Base): void;
  /**
   * What a bundle of this program was made of; null: it is whole; undefined: its files are not of the sources of now, be it
   * that their lines alone have moved. `program` null: it is not known.
   */
  madeOf(bundle: Bundle, program: Latest | null): Parts | null | undefined;
  begin(bundle: Bundle, parts: Parts): void;
  /** What this run has begun with, if it is this program; asked once. */
  like(program: Latest): Bundle | null;
}

export interface LeftOptions {
  readonly hash: (path: string) => string | undefined;
  /** Of what esbuild gets for it. */
  readonly hashOfContents: (path: string) => string | undefined;
}

interface Written {
  readonly base: Bundle | null;
  /** Hashes of the sources that its lines are of, the base's among them. */
  readonly sources: ReadonlyMap<string, string | undefined>;
}

export function openLeft({ hash, hashOfContents }: LeftOptions): Left {
  const written = new WeakMap<Bundle, Written>();
  let begun: (Parts & { readonly bundle: Bundle }) | null = null;

  /** Null: one of them is not known. */
  function printsOf({ graph, hashes }: Latest): Parts['prints'] | null {
    const prints = new Map<string, string>();
    for (const [path, node] of graph.modules) {
      const contents = hashOfContents(path);
      if (contents === undefined || hashes.get(path) === undefined || hashes.get(path) !== hash(path)) return null;
      prints.set(path, hashOf(JSON.stringify([contents, node])));
    }
    return prints;
  }

  return {
    whole({ whole: { bundle }, hashes }) {
      written.set(bundle, { base: null, sources: hashes });
    },
    pieces(bundle, { bundle: base, graph, own, known }) {
      // The same code again does not write its lines again.
      if (written.has(bundle)) return;
      const paths = [...graph.modules.keys()];
      const sources = new Map(paths.map((path) => [path, (own.get(path)?.known ?? known.get(path))?.source]));
      written.set(bundle, { base, sources });
    },
    madeOf(bundle, program) {
      const files = written.get(bundle);
      // Of a program that cannot be in pieces nothing is remembered.
      if (files === undefined) return null;
      const isOfNow = program !== null && [...program.hashes].every(([path, of]) => of === files.sources.get(path));
      const prints = isOfNow ? printsOf(program) : null;
      if (prints === null) return undefined;
      return files.base === null ? null : { base: files.base, prints };
    },
    begin(bundle, parts) {
      begun = { bundle, ...parts };
    },
    like(program) {
      const before = begun;
      begun = null;
      if (before === null || !isThere(before.bundle) || !isAlike(before.prints, printsOf(program))) return null;
      written.set(before.bundle, { base: before.base, sources: program.hashes });
      return before.bundle;
    },
  };
}

function isAlike(before: Parts['prints'], now: Parts['prints'] | null): boolean {
  return before.size === now?.size && [...before].every(([path, print]) => now.get(path) === print);
}
