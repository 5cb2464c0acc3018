import { type AsyncHook, createHook } from 'node:async_hooks';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { EnvChange, Witnessed } from '../../protocol/ahead.js';
import { type Coverage, openCoverage } from './coverage.js';
import { forbidden } from './forbidden.js';
import { cache, isPackaged, Loader, packageOf } from './loader.js';

/** Sees what packages do while they are evaluated, in a process that never becomes the app. */
export interface Witness {
  /** `change`: how the environment differs from that at the start. */
  begin(change: EnvChange): void;
  /** The package was evaluated. Nothing of it must run from here on. */
  rest(): void;
  end(): Witnessed;
}

type Refuse = (reason: string) => void;
type Anything = (this: unknown, ...args: unknown[]) => unknown;

/** Asynchronous resources that come with modules of node and do nothing by themselves. */
const HARMLESS = new Set(['PROMISE', 'DNSCHANNEL']);

/** Functions of fs that only look. */
const LOOKS = /^(?:readFile|exists|stat|lstat|access|readdir|realpath|readlink|open|opendir)Sync$/;
const DESCRIPTOR = /^(?:fstat|read|close)Sync$/;

/** `refuse` is called before a deed is done that another process could see, and does not return. */
export function openWitness(refuse: Refuse): Witness {
  let on = false;
  const env = new Set<string>();
  const globals = new Set<string>();
  const files = new Set<string>();
  let allEnv = false;
  let changed: EnvChange = {};
  let listed: PropertyKey[] = [];
  const made = new Set<number>();
  const stop: Refuse = (reason) => {
    if (!on) return;
    on = false;
    refuse(reason);
  };

  const real = process.env;
  process.env = new Proxy(real, {
    get(target, name) {
      if (on && typeof name === 'string') env.add(name);
      return Reflect.get(target, name) as unknown;
    },
    has(target, name) {
      if (on && typeof name === 'string') env.add(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor(target, name) {
      // A list of names asks for each of them; that is about the names only.
      if (on && listed[0] === name) listed.shift();
      else if (on && typeof name === 'string') env.add(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys(target) {
      const names = Reflect.ownKeys(target);
      if (on) allEnv = true;
      listed = [...names];
      return names;
    },
    set(target, name, value) {
      if (target[String(name)] !== value || Object.hasOwn(changed, name))
        stop(`sets the environment variable ${String(name)}`);
      return Reflect.set(target, name, value);
    },
    deleteProperty(target, name) {
      if (Object.hasOwn(target, name) || Object.hasOwn(changed, name))
        stop(`deletes the environment variable ${String(name)}`);
      if (on) env.add(String(name));
      return Reflect.deleteProperty(target, name);
    },
  });

  // Behind all globals: it is asked for those that are not there.
  const last = Object.getPrototypeOf(globalThis) as object;
  Object.setPrototypeOf(
    last,
    new Proxy(Object.create(Object.getPrototypeOf(last) as object) as object, {
      has(target, name) {
        if (on && typeof name === 'string') globals.add(name);
        return Reflect.has(target, name);
      },
      get(target, name, receiver) {
        if (on && typeof name === 'string') globals.add(name);
        return Reflect.get(target, name, receiver) as unknown;
      },
    }),
  );

  // Modules that were evaluated ahead are not listed yet, so one that looks sees too few.
  (Loader as { _cache: typeof cache })._cache = new Proxy(cache, {
    ownKeys(target) {
      stop('lists require.cache');
      return Reflect.ownKeys(target);
    },
    set(target, file, value) {
      if (Object.hasOwn(target, file)) stop('changes require.cache');
      return Reflect.set(target, file, value);
    },
    deleteProperty(target, file) {
      // Node does for a module that throws.
      if (target[String(file)]?.loaded === true) stop('changes require.cache');
      return Reflect.deleteProperty(target, file);
    },
  });
  // Who called it may be the app, or the standby. One that puts its own in this place looks at the frames next to it.
  Error.prepareStackTrace = (error, frames) => {
    stop('looks at the stack');
    return [String(error), ...frames.map((frame) => `    at ${String(frame)}`)].join('\n');
  };

  for (const [object, names] of forbidden) {
    for (const name of names) {
      const original: unknown = Reflect.get(object, name);
      if (typeof original === 'function') wrap(object, name, original as Anything, () => stop(`calls ${name}`));
    }
  }
  globalThis.Date = new Proxy(Date, {
    construct(target, args, self) {
      if (args.length === 0) stop('reads the clock');
      return Reflect.construct(target, args, self) as object;
    },
    apply() {
      stop('reads the clock');
      return new Date().toString();
    },
    get(target, name) {
      if (name === 'now') stop('reads the clock');
      return Reflect.get(target, name) as unknown;
    },
  });
  for (const [name, original] of Object.entries(fs)) {
    if (typeof original !== 'function' || /^[A-Z_]/.test(name)) continue;
    wrap(fs, name, original as unknown as Anything, ([first]) => {
      if (!on || (DESCRIPTOR.test(name) && (first as number) > 2)) return;
      const path = first instanceof URL ? fileURLToPath(first) : String(first);
      if (!LOOKS.test(name) || !isPackaged(path)) stop(`fs.${name} ${path}`);
      files.add(path);
    });
  }
  syncBuiltinESMExports();
  const hook: AsyncHook = createHook({
    init(id, type) {
      if (!on) return;
      if (!HARMLESS.has(type)) stop(`starts ${type}`);
      made.add(id);
    },
    before(id) {
      if (made.has(id)) refuse('goes on later');
    },
  });
  hook.enable();
  const coverage: Coverage = openCoverage();

  return {
    begin(change) {
      changed = change;
      for (const set of [env, globals, files, made]) set.clear();
      allEnv = false;
      coverage.take();
      on = true;
    },
    rest() {
      on = false;
    },
    end() {
      made.clear();
      const called = coverage.take().filter(isPackaged);
      return {
        env: [...env],
        allEnv,
        globals: [...globals],
        files: [...files],
        calls: [...new Set(called.map(packageOf))],
      };
    },
  };
}

function wrap(object: object, name: string, original: Anything, before: (args: unknown[]) => void): void {
  const wrapped = new Proxy(original, {
    apply(target, self, args: unknown[]) {
      before(args);
      return Reflect.apply(target, self, args) as unknown;
    },
  });
  Reflect.defineProperty(object, name, { value: wrapped, writable: true, enumerable: true, configurable: true });
}
