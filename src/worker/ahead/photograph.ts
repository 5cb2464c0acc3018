import { asleepIn } from './undici.js';

/** The own properties of objects at one moment. */
export type Photograph = readonly Print[];

export interface Print {
  readonly object: object;
  /** Data properties, and what they held. */
  readonly keys: readonly PropertyKey[];
  readonly values: readonly unknown[];
  readonly accessors: readonly (readonly [PropertyKey, unknown])[];
  /** Properties that nobody can change, or that are not looked at. */
  readonly fixed: readonly PropertyKey[];
  /** How many properties it had, looked at or not. */
  readonly count: number;
  /** Of a Map or Set. */
  readonly size: number | null;
}

/** What zdr has put in the place of something: to a comparison it is what it stands for. */
export const originals = new WeakMap<object, unknown>();

/** `only`: which of the properties are looked at. */
export function photograph(
  objects: Iterable<object>,
  only: (key: PropertyKey, value: unknown) => boolean = () => true,
): Photograph {
  return [...objects].filter(canChange).map((object) => print(object, only));
}

function print(object: object, only: (key: PropertyKey, value: unknown) => boolean): Print {
  const all = Reflect.ownKeys(object);
  const keys: PropertyKey[] = [];
  const values: unknown[] = [];
  const accessors: (readonly [PropertyKey, unknown])[] = [];
  const asleep = asleepIn(object);
  const fixed = [...asleep];
  for (const key of all) {
    if (asleep.includes(key)) continue;
    const property = Reflect.getOwnPropertyDescriptor(object, key);
    if (property === undefined || !only(key, property.value)) continue;
    if (isFixed(property)) fixed.push(key);
    else if (!('value' in property)) accessors.push([key, property.get]);
    else {
      keys.push(key);
      values.push(property.value);
    }
  }
  return { object, keys, values, accessors, fixed, count: all.length, size: sizeOf(object) };
}

function canChange(object: object): boolean {
  return !Object.isFrozen(object) || sizeOf(object) !== null;
}

function isFixed({ configurable, writable }: PropertyDescriptor): boolean {
  return configurable === false && writable !== true;
}

function sizeOf(object: object): number | null {
  return object instanceof Map || object instanceof Set ? object.size : null;
}

/**
 * The first property that is not what it was. `added` is asked about new properties: whether they count.
 * A lazy property of node replaces its getter by the value at the first read: that is no change.
 */
export function changedIn(
  photo: Photograph,
  added: (object: object, key: PropertyKey) => boolean = () => true,
): PropertyKey | null {
  for (const { object, keys, values, accessors, fixed, count, size } of photo) {
    for (let i = 0; i < keys.length; i += 1) {
      const now = (object as Record<PropertyKey, unknown>)[keys[i] as PropertyKey];
      if (now === values[i] || Object.is(now, values[i])) continue;
      if (!isObject(now) || originals.get(now) !== values[i]) return keys[i] as PropertyKey;
    }
    for (const [key, getter] of accessors) {
      const now = Reflect.getOwnPropertyDescriptor(object, key);
      if (now === undefined) return key;
      if ('value' in now ? lazily(object, getter) !== now.value : now.get !== getter) return key;
    }
    if (size !== null && sizeOf(object) !== size) return 'size';
    const now = Reflect.ownKeys(object);
    if (now.length === count) continue;
    if (now.length < count && added(object, 'less')) return 'less';
    const known = new Set([...keys, ...accessors.map(([key]) => key), ...fixed]);
    const more = now.find((key) => !known.has(key) && added(object, key));
    if (more !== undefined) return more;
  }
  return null;
}

function lazily(object: object, getter: unknown): unknown {
  try {
    return (getter as () => unknown).call(object);
  } catch {
    return undefined;
  }
}

/** How deep and how far {@link reachable} goes. What lies beyond is not compared. */
const DEPTH = 3;
const MOST = 20_000;

/** Objects that can be reached from these by own properties, `seen` left out. */
export function reachable(from: readonly unknown[], seen = new Set<object>()): object[] {
  const found: object[] = [];
  let level = from.filter(isObject);
  for (let depth = 0; depth <= DEPTH && found.length < MOST; depth += 1) {
    const next: object[] = [];
    for (const object of level) {
      if (seen.has(object) || object === globalThis || object === process) continue;
      seen.add(object);
      found.push(object);
      for (const key of Reflect.ownKeys(object)) {
        const property = Reflect.getOwnPropertyDescriptor(object, key);
        if (property !== undefined && 'value' in property && isObject(property.value)) next.push(property.value);
      }
    }
    level = next;
  }
  return found;
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
