import { types } from 'node:util';

import { HAS_WHOLE } from '../../protocol/pieces.js';

/** What esbuild's helpers are, for all pieces together: named as in `HELPERS`. */
export interface Helpers {
  readonly all: Readonly<Record<string, unknown>>;
  /** This is the namespace of an ES module. */
  isNamespace(value: unknown): void;
  /** The exports of this ES module are not defined, but kept: some may be another module's. */
  defers(namespace: object): void;
  declared(namespace: object): Declared | undefined;
  /** `require` gave this promise for what `import()` is to give. */
  isComing(promise: object): void;
  /** What `require` of an ES module gives. */
  asCommonJs(namespace: object): object;
}

type Named = Readonly<Record<string, unknown>>;

/** What a module exports by name. */
export type Declared = ReadonlyMap<string, () => unknown>;

const {
  create,
  defineProperty,
  getOwnPropertyDescriptor,
  getOwnPropertyNames,
  getPrototypeOf,
  prototype: { hasOwnProperty },
} = Object;

/** `isShared`: a namespace that came from elsewhere. */
export function openHelpers(isShared: (value: unknown) => boolean): Helpers {
  const namespaces = new WeakSet<object>();
  const coming = new WeakSet<object>();
  const deferred = new WeakMap<object, Map<string, () => unknown>>();
  /** Names that came by `export *` of something else than an ES module, which only its evaluation tells. */
  const late = new WeakMap<object, Set<string>>();
  const views = new WeakMap<object, object>();
  const sources = new WeakMap<object, object>();

  function copyProps(to: object, from: unknown, except?: string): object {
    if ((typeof from === 'object' && from !== null) || typeof from === 'function')
      for (const key of getOwnPropertyNames(from)) {
        if (hasOwnProperty.call(to, key) || key === except) continue;
        const enumerable = getOwnPropertyDescriptor(from, key)?.enumerable ?? true;
        defineProperty(to, key, { get: () => (from as Named)[key], enumerable });
      }
    return to;
  }

  function reExport(to: object, from: unknown): void {
    if ((typeof from !== 'object' || from === null) && typeof from !== 'function') return;
    // Of ES modules the link has done the rest.
    const names = namespaces.has(from) ? (late.get(from) ?? []) : getOwnPropertyNames(from);
    const own = late.get(to) ?? new Set();
    late.set(to, own);
    for (const key of names) {
      if (hasOwnProperty.call(to, key) || key === 'default') continue;
      own.add(key);
      const enumerable = getOwnPropertyDescriptor(from, key)?.enumerable ?? true;
      defineProperty(to, key, { get: () => (from as Named)[key], enumerable });
    }
  }

  /** `mod` as `import` shows it. In node's own mode, what a CommonJS module exports is its default export. */
  function toEsm(mod: unknown, isNodeMode?: 1): unknown {
    if (typeof mod === 'object' && mod !== null) {
      if (namespaces.has(mod) || coming.has(mod)) return mod;
      const source = sources.get(mod);
      if (source !== undefined) return source;
      if (types.isModuleNamespaceObject(mod) || isShared(mod)) return mod;
    }
    const prototype: unknown = mod === null || mod === undefined ? Object.prototype : getPrototypeOf(mod);
    const target = create(prototype as object | null) as object;
    const marked = (mod as { readonly __esModule?: unknown } | null | undefined)?.__esModule;
    if (isNodeMode || !marked) defineProperty(target, 'default', { value: mod, enumerable: true });
    if (isNodeMode && HAS_WHOLE) defineProperty(target, 'module.exports', { value: mod, enumerable: true });
    return copyProps(target, mod);
  }

  function asCommonJs(namespace: object): object {
    let view = views.get(namespace);
    if (view === undefined) {
      view = copyProps(defineProperty({}, '__esModule', { value: true }), namespace);
      views.set(namespace, view);
      sources.set(view, namespace);
    }
    return view;
  }

  return {
    all: {
      __create: create,
      __defProp: defineProperty,
      __getOwnPropDesc: getOwnPropertyDescriptor,
      __getOwnPropNames: getOwnPropertyNames,
      __getProtoOf: getPrototypeOf,
      __hasOwnProp: hasOwnProperty,
      // To define what is there already takes V8 long.
      __name: (target: { readonly name: unknown }, value: string) =>
        target.name === value ? target : defineProperty(target, 'name', { value, configurable: true }),
      // As the build has rewritten the calls.
      __export(target: object, names: readonly string[], getters: readonly (() => unknown)[]) {
        const later = deferred.get(target);
        for (let i = 0; later !== undefined && i < names.length; i++) later.set(names[i]!, getters[i]!);
        for (let i = 0; later === undefined && i < names.length; i++)
          defineProperty(target, names[i]!, { get: getters[i]!, enumerable: true });
      },
      __copyProps: copyProps,
      __reExport: reExport,
      __toESM: toEsm,
      __toCommonJS: asCommonJs,
    },
    isNamespace: (value) => void namespaces.add(value as object),
    defers: (namespace) => void deferred.set(namespace, new Map()),
    declared: (namespace) => deferred.get(namespace),
    isComing: (promise) => void coming.add(promise),
    asCommonJs,
  };
}
