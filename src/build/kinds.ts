import { resolve } from 'node:path';

import type { Source } from './sources.js';
import { sharing, type Syntax } from './share.js';

/** Remembers how esbuild read each file, which decides how the file can tell what it exports. */
export interface Kinds {
  /** What to say in front of a file. Empty where its syntax is not known yet: see {@link Kinds.learn}. */
  sharingFor(path: string, source: Source): string;
  /** Takes what a build found. True: there were files whose syntax was not known, and a new build can say more. */
  learn(inputs: Readonly<Record<string, { readonly format?: 'esm' | 'cjs' }>>, base: string): boolean;
}

export function openKinds(): Kinds {
  const known = new Map<string, { readonly syntax: Syntax; readonly looksLikeModule: boolean }>();
  const unknown = new Map<string, boolean>();
  return {
    sharingFor(path, { looksLikeModule }) {
      const kind = known.get(path);
      if (kind?.looksLikeModule === looksLikeModule) return sharing(path, kind.syntax);
      known.delete(path);
      unknown.set(path, looksLikeModule);
      return '';
    },
    learn(inputs, base) {
      let news = false;
      for (const [name, { format }] of Object.entries(inputs)) {
        const path = resolve(base, name);
        const looksLikeModule = unknown.get(path);
        if (looksLikeModule === undefined) continue;
        known.set(path, { syntax: format ?? 'none', looksLikeModule });
        news = true;
      }
      unknown.clear();
      return news;
    },
  };
}
