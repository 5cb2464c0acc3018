import { isThere, removeBundle } from '../bundles.js';
import type { Bundle } from '../outcome.js';

/** The files of bases. One that was replaced stays as long as there is a bundle that needs it, or one is being written. */
export interface Bases {
  /** What is being written runs with this base only. */
  needs(base: Bundle, writing: Promise<Bundle>): Promise<Bundle>;
  /** It was replaced. Whatever is not needed any more is removed. */
  retire(base: Bundle | null): void;
}

interface Users {
  readonly bundles: Set<Bundle>;
  writing: number;
}

export function openBases(): Bases {
  const users = new WeakMap<Bundle, Users>();
  const retired = new Set<Bundle>();

  function removeUnused(): void {
    for (const base of retired) {
      const { bundles, writing } = users.get(base) ?? { bundles: [], writing: 0 };
      if (writing > 0 || [...bundles].some(isThere)) continue;
      retired.delete(base);
      void removeBundle(base);
    }
  }

  return {
    async needs(base, writing) {
      const own = users.get(base) ?? { bundles: new Set(), writing: 0 };
      users.set(base, own);
      own.writing += 1;
      try {
        const bundle = await writing;
        own.bundles.add(bundle);
        return bundle;
      } finally {
        own.writing -= 1;
        removeUnused();
      }
    },
    retire(base) {
      if (base !== null) retired.add(base);
      removeUnused();
    },
  };
}
