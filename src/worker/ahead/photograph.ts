/** The own properties of objects at one moment. */
export type Photograph = readonly Print[];

export interface Print {
  readonly object: object;
  readonly keys: readonly PropertyKey[];
  /** Values of data properties, getters of the others. */
  readonly values: readonly unknown[];
  readonly getters: readonly boolean[];
  readonly size: number;
}

export function photograph(objects: Iterable<object>): Photograph {
  return [...objects].map(print);
}

function print(object: object): Print {
  const keys = Reflect.ownKeys(object);
  const found = keys.map((key) => Reflect.getOwnPropertyDescriptor(object, key));
  return {
    object,
    keys,
    values: found.map((property) => (property === undefined || 'value' in property ? property?.value : property.get)),
    getters: found.map((property) => property !== undefined && !('value' in property)),
    size: sizeOf(object),
  };
}

function sizeOf(object: object): number {
  return object instanceof Map || object instanceof Set ? object.size : 0;
}

/**
 * The first property that is not what it was. `added` is asked about new properties: whether they count.
 * A lazy property of node replaces its getter by the value at the first read: that is no change.
 */
export function changedIn(photo: Photograph, added: (object: object, key: PropertyKey) => boolean = () => true): PropertyKey | null {
  for (const { object, keys, values, getters, size } of photo) {
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i] as PropertyKey;
      if (getters[i] === true) {
        const now = Reflect.getOwnPropertyDescriptor(object, key);
        if (now?.get !== values[i] && !(now !== undefined && 'value' in now && lazily(object, values[i]) === now.value)) return key;
      } else if (!Object.is((object as Record<PropertyKey, unknown>)[key], values[i])) return key;
    }
    if (sizeOf(object) !== size) return 'size';
    const now = Reflect.ownKeys(object);
    if (now.length < keys.length) return 'less';
    if (now.length === keys.length) continue;
    const known = new Set(keys);
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
