import { isThere, removeBundle } from '../bundles.js';
import type { Bundle } from '../outcome.js';

/** The files of bases. One that was replaced stays as long as there is a bundle that needs it. */
export interface Bases {
  /** `bundle` runs with this base only. */
  needs(base: Bundle, bundle: Bundle): void;
  /** It was replaced. Whatever is not needed any more is removed. */
  retire(base: Bundle | null): void;
}

export function openBases(): Bases {
  const users = new WeakMap<Bundle, Set<Bundle>>();
  const retired = new Set<Bundle>();
  return {
    needs(base, bundle) {
      users.set(base, (users.get(base) ?? new Set()).add(bundle));
    },
    retire(base) {
      if (base !== null) retired.add(base);
      for (const one of retired) {
        if ([...(users.get(one) ?? [])].some(isThere)) continue;
        retired.delete(one);
        void removeBundle(one);
      }
    },
  };
}
