import { builtinModules, createRequire } from 'node:module';
import { asleepIn } from './undici.js';
import { isObject, type Photograph, photograph } from './photograph.js';

const require = createRequire(import.meta.url);

/** Those that warn when they are required, or change by themselves. */
const LEFT_OUT = /^_|^(?:punycode|sys|constants|cluster|process|inspector|repl|wasi|sqlite|trace_events)(?:\/|$)/;

/** Newer ones have a prefix there, and nobody patches those. */
const names = builtinModules.filter((name) => !LEFT_OUT.test(name) && !name.startsWith('node:'));

export interface Surroundings {
  readonly photos: Photograph;
  readonly builtins: ReadonlySet<string>;
}

/** All that a package may patch and another one may find patched: globals, builtin modules, their prototypes. */
export function surroundings(which: 'all' | 'loaded'): Surroundings {
  const globals: object[] = [globalThis];
  for (const value of valuesOf(globalThis)) {
    // `process` changes by itself in more than its functions.
    if (value === globalThis || value === process) continue;
    globals.push(value, ...prototypeOf(value));
  }
  const builtins = new Set(which === 'all' ? names : loadedNames());
  const objects = new Set([...globals, ...[...builtins].flatMap(partsOf)]);
  const functions = photograph([process], (_key, value) => typeof value === 'function');
  return { photos: [...photograph(objects), ...functions], builtins };
}

/** With the builtin modules that were loaded since. */
export function widened({ photos, builtins }: Surroundings): Surroundings {
  const more = loadedNames().filter((name) => !builtins.has(name));
  if (more.length === 0) return { photos, builtins };
  return { photos: [...photos, ...photograph(more.flatMap(partsOf))], builtins: new Set([...builtins, ...more]) };
}

function loadedNames(): string[] {
  const list = new Set((process as unknown as { readonly moduleLoadList: readonly string[] }).moduleLoadList);
  return names.filter((name) => list.has(`NativeModule ${name}`));
}

function partsOf(name: string): object[] {
  const builtin = require(`node:${name}`) as object;
  const parts = valuesOf(builtin).flatMap((value) => [...prototypeOf(value), ...(isPlain(value) ? [value] : [])]);
  // What changes with each module that is loaded.
  const busy: readonly unknown[] =
    name === 'module' ? [Reflect.get(builtin, '_cache'), Reflect.get(builtin, '_pathCache')] : [process.env];
  return [builtin, ...prototypeOf(builtin), ...parts].filter((part) => part !== process && !busy.includes(part));
}

function valuesOf(object: object): object[] {
  const asleep = asleepIn(object);
  const keys = Reflect.ownKeys(object).filter((key) => !asleep.includes(key));
  return keys.flatMap((key) => {
    const value: unknown = Reflect.getOwnPropertyDescriptor(object, key)?.value;
    return isObject(value) ? [value] : [];
  });
}

function prototypeOf(value: object): object[] {
  const prototype: unknown =
    typeof value === 'function' ? Reflect.getOwnPropertyDescriptor(value, 'prototype')?.value : null;
  return isObject(prototype) && !isBare(prototype) ? [prototype] : [];
}

/** As any function has it. Nobody calls these with `new`. */
function isBare(prototype: object): boolean {
  const [key, ...others] = Reflect.ownKeys(prototype);
  return key === 'constructor' && others.length === 0 && Object.getPrototypeOf(prototype) === Object.prototype;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown;
  return typeof value === 'object' && (prototype === Object.prototype || prototype === null);
}
