import type { Held, Module } from './held.js';
import { cache, packageOf } from './loader.js';

/**
 * Modules that were evaluated ahead stand in `require.cache` as accessors that are not listed: node's first look at one
 * is the very place where it would evaluate it. There it is checked, and becomes what it would be by then, together
 * with all that it had required. So neither order nor time of evaluation can be told from those of a cold start.
 */
export interface Seals {
  add(held: Held): void;
  /** While true, packages that are evaluated ahead find what was evaluated before them. */
  open: boolean;
}

export interface Watcher {
  /**
   * The app comes to the place where `held` would be evaluated now. `exposed`: exports of modules that it required and
   * that the app had before. False: it is to be evaluated anew.
   */
  arrived(held: Held, exposed: readonly unknown[]): boolean;
  /** The app has a package in hands that `held`, which it has not come to, called while it was evaluated ahead. */
  early(held: Held): void;
}

interface Sealed {
  readonly held: Held;
  readonly module: Module;
}

export function openSeals(watcher: Watcher): Seals {
  const sealed = new Map<string, Sealed>();
  /** Those too that the app has by now. */
  const all = new Map<string, Module>();
  const seals: Seals = {
    open: false,
    add(held) {
      for (const module of held.modules) {
        sealed.set(module.file, { held, module });
        all.set(module.file, module);
        hide(module);
      }
      // Its parent is not seen to have required it yet.
      const [first] = held.modules;
      const siblings = cache[held.unit.parent]?.children;
      const at = first === undefined ? -1 : (siblings?.indexOf(first.loaded) ?? -1);
      if (at >= 0) siblings?.splice(at, 1);
    },
  };

  function hide({ file, loaded }: Module): void {
    delete cache[file];
    Object.defineProperty(cache, file, {
      configurable: true,
      enumerable: false,
      get() {
        if (seals.open) return loaded;
        reach(file);
        // Either in its place now, or gone.
        return Object.hasOwn(cache, file) ? cache[file] : undefined;
      },
      set(value) {
        put(file, value);
      },
    });
  }

  function reach(file: string): void {
    const together = closure(file);
    for (const { module } of together) sealed.delete(module.file);
    const fits = [...new Set(together.map(({ held }) => held))].every((held) =>
      watcher.arrived(held, exposedTo(held, together)),
    );
    const called = new Set([...sealed.values()].flatMap(({ held }) => held.unit.calls));
    for (const { module } of together) {
      delete cache[module.file];
      if (!fits) continue;
      if (module.file === file || called.size === 0 || !called.has(packageOf(module.file)))
        cache[module.file] = module.loaded;
      else announce(module);
    }
    if (fits) touch(packageOf(file));
    else dropAll();
  }

  /** In its place, but the app did not ask for it itself: when it does, there is something to look at. */
  function announce({ file, loaded }: Module): void {
    Object.defineProperty(cache, file, {
      configurable: true,
      enumerable: true,
      get() {
        if (seals.open) return loaded;
        put(file, loaded);
        touch(packageOf(file));
        return Object.hasOwn(cache, file) ? cache[file] : loaded;
      },
      set(value) {
        put(file, value);
      },
    });
  }

  /** What it had required, and the app got hold of before. */
  function exposedTo(held: Held, together: readonly Sealed[]): unknown[] {
    const own = new Set(together.map(({ module }) => module.file));
    const children = new Set(together.flatMap((entry) => (entry.held === held ? entry.module.children : [])));
    return [...children]
      .filter((file) => !own.has(file) && !sealed.has(file))
      .map((file) => all.get(file)?.loaded.exports);
  }

  /** All that was evaluated with it and not before, in the order in which it was. */
  function closure(file: string): Sealed[] {
    const found = new Map<string, Sealed>();
    const waiting = [file];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const entry = sealed.get(next);
      if (entry === undefined || found.has(next)) continue;
      found.set(next, entry);
      waiting.push(...entry.module.children);
    }
    return [...found.values()].sort((one, other) => one.module.at - other.module.at);
  }

  function callersOf(folder: string): Held[] {
    return [...new Set([...sealed.values()].map(({ held }) => held))].filter(({ unit }) => unit.calls.includes(folder));
  }

  function touch(folder: string): void {
    for (const held of callersOf(folder)) {
      watcher.early(held);
      dropAll();
    }
  }

  /** What was not asked for yet is evaluated anew when it is: some of it may hold what has gone. */
  function dropAll(): void {
    for (const [file, { held }] of sealed) {
      if (held.final) continue;
      sealed.delete(file);
      delete cache[file];
    }
  }

  return seals;
}

/** As node puts it: behind all that is there. */
function put(file: string, loaded: Module['loaded']): void {
  delete cache[file];
  cache[file] = loaded;
}
