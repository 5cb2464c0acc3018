import type { Bind, PieceEntry, PieceFile, PieceProgram } from '../../protocol/pieces.js';
import { appRuns, isDeclared } from '../ahead/untouched.js';
import { bindingOf, namesOf } from './exports.js';
import { type Helpers, openHelpers } from './helpers.js';
import { type Outside, openOutside, type Require } from './outside.js';
import { quicken } from './quicken.js';
import { type Module, moduleOf, type Own, takesFromOthers } from './module.js';

/** How far an evaluation has come. */
interface Walk {
  /** From the first module to the one that is looked at. */
  readonly path: { readonly module: Module; next: number; low: number; begun: boolean }[];
  /** In the order of their beginning: those of which others of their cycle are not evaluated yet. */
  readonly open: Map<Module, number>;
  count: number;
}

/** Runs a program that is given in pieces, with the order, the bindings and the cycles of ES modules and CommonJS. */
export class Run {
  readonly #modules = new Map<string, Module>();
  readonly #helpers: Helpers;
  #bind: Bind = () => {};
  readonly #outside: Outside;
  /** What `require` of every module inherits from: the bundle's, once there is a bundle. */
  readonly #requires: object = {};
  #isShared: (value: unknown) => boolean = () => false;

  constructor(base: PieceFile) {
    this.#helpers = openHelpers((value) => this.#isShared(value));
    this.#outside = openOutside(this.#helpers);
    for (const entry of base(this.#helpers.all, (bind) => void (this.#bind = bind))) this.#put(entry);
  }

  /**
   * Declares the exports of each module, before anybody knows which of them have changed: nothing of the app runs for it,
   * and nobody sees them yet.
   */
  declareAhead(): void {
    for (const module of this.#modules.values())
      if (module.isModule) module.state = { tag: 'new', body: this.#begin(module) };
  }

  start(program: PieceProgram, isShared: (value: unknown) => boolean): unknown {
    const { own, names, entry, awaits, main, builtins } = program;
    this.#isShared = isShared;
    const require = names['__zdrRequire'] as Require;
    this.#outside.open(require, builtins);
    Object.setPrototypeOf(this.#requires, require);
    const free = { ...names, ...this.#helpers.all };
    this.#bind(free);
    for (const piece of own(free)) this.#put(piece);
    const first = this.#find(entry);
    if (main !== null) this.#put(first.entry, main);
    isDeclared();
    return awaits ? this.#evaluateLater(entry) : this.evaluate(entry);
  }

  /** Whether a source file is an ES module of the program. */
  hasModule(path: string): boolean {
    return this.#modules.get(path)?.isModule === true;
  }

  #put(entry: PieceEntry, own?: Own): void {
    const module = moduleOf(entry, own, this.#helpers, (path) => this.#modules.get(path) ?? null);
    this.#modules.set(module.path, module);
  }

  /** The exports of a module, after it and all that it links to was evaluated. */
  evaluate(path: string): unknown {
    const module = this.#find(path);
    if (module.state.tag === 'new') this.#link(module);
    // The build sees to it that only the entry waits.
    if (this.#settle(this.#walkFrom(module)) !== null) throw new Error(`${path} cannot be waited for`);
    return module.own.exports;
  }

  /** The same where some have top-level await. Each waits for all that comes before it, as in a bundle of esbuild. */
  async #evaluateLater(path: string): Promise<unknown> {
    const module = this.#find(path);
    this.#link(module);
    const walk = this.#walkFrom(module);
    for (let pending = this.#settle(walk); pending !== null; pending = this.#settle(walk))
      try {
        await pending;
      } catch (error) {
        this.#fail(walk, error);
        throw error;
      }
    return module.own.exports;
  }

  #find(path: string): Module {
    const module = this.#modules.get(path);
    if (module === undefined) throw new Error(`no module ${path}`);
    return module;
  }

  /** Declares the exports of this module and of all that it links to, before any of them runs. */
  #link(first: Module): void {
    const todo = [first];
    const linked: Module[] = [];
    for (let module = todo.pop(); module !== undefined; module = todo.pop()) {
      if (module.state.tag !== 'new') continue;
      const { isModule, targets, links } = module;
      if (!isModule) {
        module.state = { tag: 'linked', body: null };
        continue;
      }
      const body = module.state.body ?? this.#begin(module);
      // It takes what it imports in hands. Then it stands before its first statement.
      body.next();
      module.state = { tag: 'linked', body };
      linked.push(module);
      for (const [specifier] of links) {
        const target = targets[specifier];
        if (target?.[0] === 'piece') todo.push(this.#find(target[1]));
      }
    }
    for (const module of linked) if (takesFromOthers(module)) this.#declare(module);
  }

  /** Its own exports. */
  #begin(module: Module): Iterator<unknown> {
    const { own, run } = module;
    const exports = own.exports as object;
    this.#helpers.isNamespace(exports);
    if (takesFromOthers(module)) this.#helpers.defers(exports);
    const started = run.call(
      undefined,
      exports,
      this.#requireOf(module),
      own,
      (specifier) => this.#imported(module, specifier),
      (specifier) => this.#early(module, specifier),
      this.#helpers.all['__export'],
    );
    const body = module.awaits ? standing(started as () => unknown) : (started as Iterator<unknown>);
    body.next();
    if (!takesFromOthers(module)) quicken(exports);
    return body;
  }

  /** Its exports in their order, where some are other modules': each name that means one thing alone. */
  #declare(module: Module): void {
    const exports = module.own.exports as object;
    const own = this.#helpers.declared(exports);
    for (const name of [...namesOf(module)].sort()) {
      const binding = bindingOf(module, name);
      // A type that is passed on is nothing; and what two modules mean by a name is neither.
      if (binding === null) continue;
      const from = (binding.by as Module).own.exports as Readonly<Record<string, unknown>>;
      const get = own?.get(name) ?? (() => from[name]);
      Object.defineProperty(exports, name, { get, enumerable: true });
    }
    quicken(exports);
  }

  #walkFrom(first: Module): Walk {
    const walk: Walk = { path: [], open: new Map(), count: 0 };
    if (this.#enter(first)) push(walk, first);
    return walk;
  }

  /**
   * Evaluates what a module links to, in its order, and then the module. Without recursion: traces stay those of the app.
   * Gives what has to be waited for before it can go on; null at the end.
   */
  #settle(walk: Walk): Promise<unknown> | null {
    const { path, open } = walk;
    try {
      for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const { module } = top;
        const link = module.links[top.next++];
        if (link === undefined) {
          if (!top.begun) {
            top.begun = true;
            const end = this.#finish(module);
            if (module.awaits) return end as Promise<unknown>;
          }
          module.state = { tag: 'done' };
          path.pop();
          const above = path.at(-1);
          if (above !== undefined) above.low = Math.min(above.low, top.low);
          const own = open.get(module) ?? 0;
          if (top.low === own) for (const [other, index] of open) if (index >= own) open.delete(other);
          continue;
        }
        const target = module.targets[link[0]];
        if (target?.[0] !== 'piece') this.#outside.load(target, link[0]);
        else {
          const to = this.#find(target[1]);
          if (this.#enter(to)) push(walk, to);
          else top.low = Math.min(top.low, open.get(to) ?? top.low);
        }
      }
      return null;
    } catch (error) {
      this.#fail(walk, error);
      throw error;
    }
  }

  /** As in node: who needed it, and all of a cycle, has failed with it, and does so again. A CommonJS module is tried anew. */
  #fail({ open }: Walk, error: unknown): void {
    for (const [module] of open) {
      module.state = module.isModule ? { tag: 'failed', error } : { tag: 'linked', body: null };
      if (!module.isModule) module.own.exports = {};
    }
  }

  /** Whether it has to be evaluated now. */
  #enter(module: Module): boolean {
    const { state } = module;
    if (state.tag === 'new') this.#link(module);
    if (state.tag === 'failed') throw state.error;
    if (module.state.tag !== 'linked') return false;
    module.state = { tag: 'evaluating', body: module.state.body };
    return true;
  }

  #finish(module: Module): unknown {
    appRuns();
    const { own, run, state } = module;
    if (state.tag === 'evaluating' && state.body !== null) return state.body.next().value;
    return run.call(own.exports, own.exports as object, this.#requireOf(module), own, no, no, no);
  }

  /** What a static import gives, now that it was evaluated. */
  #imported(module: Module, specifier: string): unknown {
    const target = module.targets[specifier];
    return target?.[0] === 'piece' ? this.#find(target[1]).own.exports : this.#outside.load(target, specifier);
  }

  /** What a static import gives before anything was evaluated: the namespace of an ES module. */
  #early(module: Module, specifier: string): unknown {
    const target = module.targets[specifier];
    if (target?.[0] !== 'piece') return undefined;
    const to = this.#find(target[1]);
    return to.isModule ? to.own.exports : undefined;
  }

  #requireOf(module: Module): Require {
    const require: Require = (specifier) => {
      const target = module.targets[specifier];
      if (target?.[0] !== 'piece') return this.#outside.load(target, specifier);
      const exports = this.evaluate(target[1]);
      return this.#find(target[1]).isModule ? this.#helpers.asCommonJs(exports as object) : exports;
    };
    return Object.setPrototypeOf(require, this.#requires) as Require;
  }
}

function push(walk: Walk, module: Module): void {
  walk.open.set(module, walk.count);
  walk.path.push({ module, next: 0, low: walk.count++, begun: false });
}

/** An asynchronous body that begins where a generator would go on for the last time; then it gives its promise. */
function standing(start: () => unknown): Iterator<unknown> {
  let stops = 2;
  return { next: () => ({ done: false, value: stops-- > 0 ? undefined : start() }) };
}

function no(): undefined {
  return undefined;
}
