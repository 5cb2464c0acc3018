import type { PassedOn, PieceLink } from '../../protocol/pieces.js';

/** An ES module, as far as it takes exports from others; what is none has names that only its evaluation tells. */
export interface Exporting {
  readonly isModule: boolean;
  readonly links: readonly PieceLink[];
  readonly passed: Readonly<Record<string, PassedOn>>;
  /** Its own names, those that it passes on among them. */
  names(): Iterable<string>;
  has(name: string): boolean;
  /** Another module; null: something from elsewhere. */
  to(specifier: string): Exporting | null;
}

/** Whose export a name is in the end: that module, and its name there; null: it as a whole. */
export interface Binding {
  readonly of: Exporting | string;
  readonly name: string | null;
  /** The module that declares it, by the name that was asked for. */
  readonly by: Exporting;
}

/** As `ResolveExport` of the language has it: null where nothing is meant, or not one thing alone. */
export function bindingOf(module: Exporting, name: string): Binding | null {
  const found = resolve(module, name, new Map());
  return found === 'ambiguous' ? null : found;
}

function resolve(module: Exporting, name: string, seen: Map<Exporting, Set<string>>): Binding | 'ambiguous' | null {
  const before = seen.get(module) ?? new Set();
  if (before.has(name)) return null;
  seen.set(module, before.add(name));
  const passed = Object.hasOwn(module.passed, name) ? module.passed[name] : undefined;
  if (passed !== undefined) {
    const [specifier, asked] = passed;
    const to = module.to(specifier);
    if (to === null || asked === null || !to.isModule) return { of: to ?? specifier, name: asked, by: module };
    const found = resolve(to, asked, seen);
    // It may come by `export *` of something that is no ES module.
    if (found === null && isOpen(to, new Set())) return { of: to, name: asked, by: module };
    return found === null || found === 'ambiguous' ? found : { ...found, by: module };
  }
  if (module.has(name)) return { of: module, name, by: module };
  if (name === 'default') return null;
  let one: Binding | null = null;
  for (const [specifier, star] of module.links) {
    const to = star ? module.to(specifier) : null;
    if (to?.isModule !== true) continue;
    const found = resolve(to, name, seen);
    if (found === 'ambiguous') return found;
    if (found === null) continue;
    if (one !== null && (one.of !== found.of || one.name !== found.name)) return 'ambiguous';
    one = found;
  }
  return one;
}

function isOpen(module: Exporting, seen: Set<Exporting>): boolean {
  if (seen.has(module)) return false;
  seen.add(module);
  return module.links.some(([specifier, star]) => {
    const to = star ? module.to(specifier) : null;
    return star && (to?.isModule !== true || isOpen(to, seen));
  });
}

/** All names that a module may export. */
export function namesOf(module: Exporting, seen = new Set<Exporting>()): Set<string> {
  const found = new Set(module.names());
  if (seen.has(module)) return found;
  seen.add(module);
  for (const [specifier, star] of module.links) {
    const to = star ? module.to(specifier) : null;
    if (to?.isModule !== true) continue;
    for (const name of namesOf(to, seen)) if (name !== 'default') found.add(name);
  }
  return found;
}
