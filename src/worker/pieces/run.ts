import type { PieceEntry, PieceProgram, PieceTarget } from '../../protocol/pieces.js';
import { readBase } from './base.js';
import { bindingOf, type Exporting, namesOf } from './exports.js';
import { type Helpers, openHelpers } from './helpers.js';

type State =
  | { readonly tag: 'new' }
  /** Its exports are there; an ES module stands before its first statement. */
  | { readonly tag: 'linked'; readonly body: Iterator<unknown> | null }
  | { readonly tag: 'evaluating'; readonly body: Iterator<unknown> | null }
  | { readonly tag: 'done' }
  | { readonly tag: 'failed'; readonly error: unknown };

interface Module extends Exporting {
  readonly path: string;
  readonly isModule: boolean;
  readonly links: PieceEntry[2];
  readonly targets: PieceEntry[3];
  readonly run: PieceEntry[5];
  /** Node's `module`, as far as the app has it. */
  readonly own: { exports: unknown };
  state: State;
}

/** Those that run here. */
let running: ReadonlyMap<string, Module> = new Map();

/** Whether a source file is an ES module of a program in pieces. */
export function isModulePiece(path: string): boolean {
  return running.get(path)?.isModule === true;
}

type Require = (specifier: string) => unknown;

/** Runs a program that is given in pieces, with the order, the bindings and the cycles of ES modules and CommonJS. */
export function run(program: PieceProgram, isShared: (value: unknown) => boolean): unknown {
  const { base, own, names, entry, main, builtins } = program;
  const helpers = openHelpers(isShared);
  const free = { ...names, ...helpers.all };
  const modules = new Map<string, Module>();
  for (const entries of [readBase(base)(free), own(free)])
    for (const [path, isModule, links, targets, passed, run] of entries) {
      const exports: object = isModule ? (Object.create(null) as object) : {};
      const module = path === entry && main !== null ? main : { exports };
      modules.set(path, {
        path,
        isModule,
        links,
        targets,
        passed,
        run,
        own: module,
        state: { tag: 'new' },
        names: () => helpers.declared(exports)?.keys() ?? Object.keys(exports),
        has: (name) => helpers.declared(exports)?.has(name) ?? Object.hasOwn(exports, name),
        to(specifier) {
          const target = targets[specifier];
          return target?.[0] === 'piece' ? (modules.get(target[1]) ?? null) : null;
        },
      });
    }
  running = modules;
  return new Run(modules, helpers, names['__zdrRequire'] as Require & object, builtins).evaluate(entry);
}

class Run {
  readonly #modules: ReadonlyMap<string, Module>;
  readonly #helpers: Helpers;
  readonly #require: Require & object;
  readonly #builtins: Readonly<Record<string, unknown>>;
  readonly #externals = new Map<string, unknown>();

  constructor(
    modules: ReadonlyMap<string, Module>,
    helpers: Helpers,
    require: Require & object,
    builtins: Readonly<Record<string, unknown>>,
  ) {
    this.#modules = modules;
    this.#helpers = helpers;
    this.#require = require;
    this.#builtins = builtins;
  }

  /** The exports of a module, after it and all that it links to was evaluated. */
  evaluate(path: string): unknown {
    const module = this.#find(path);
    if (module.state.tag === 'new') this.#link(module);
    this.#settle(module);
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
      const { own, run, isModule, targets, links } = module;
      if (!isModule) {
        module.state = { tag: 'linked', body: null };
        continue;
      }
      const exports = own.exports as object;
      this.#helpers.isNamespace(exports);
      if (takesFromOthers(module)) this.#helpers.defers(exports);
      const body = run.call(
        undefined,
        exports,
        this.#requireOf(module),
        own,
        (specifier) => this.#imported(module, specifier),
        (specifier) => this.#early(module, specifier),
      ) as Iterator<unknown>;
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

  /** Its exports in their order, where some are other modules': each name that means one thing alone. */
  #declare(module: Module): void {
    const exports = module.own.exports as object;
    const own = this.#helpers.declared(exports);
    for (const name of [...namesOf(module)].sort()) {
      const binding = bindingOf(module, name);
      // A type that is passed on is nothing; and what two modules mean by a name is neither.
      if (binding === null) continue;
      const from = (binding.by as Module).own.exports as object;
      const get = own?.get(name) ?? (() => Reflect.get(from, name) as unknown);
      Object.defineProperty(exports, name, { get, enumerable: true });
    }
  }

  /** Evaluates what a module links to, in its order, and then the module. Without recursion: traces stay those of the app. */
  #settle(first: Module): void {
    const path: { readonly module: Module; next: number; low: number }[] = [];
    /** In the order of their beginning: those of which others of their cycle are not evaluated yet. */
    const open = new Map<Module, number>();
    let count = 0;
    const push = (module: Module): void => {
      open.set(module, count);
      path.push({ module, next: 0, low: count++ });
    };
    try {
      if (this.#enter(first)) push(first);
      for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const { module } = top;
        const link = module.links[top.next++];
        if (link === undefined) {
          this.#finish(module);
          path.pop();
          const above = path.at(-1);
          if (above !== undefined) above.low = Math.min(above.low, top.low);
          const own = open.get(module) ?? 0;
          if (top.low === own) for (const [other, index] of open) if (index >= own) open.delete(other);
          continue;
        }
        const target = module.targets[link[0]];
        if (target?.[0] !== 'piece') this.#outside(target, link[0]);
        else {
          const to = this.#find(target[1]);
          if (this.#enter(to)) push(to);
          else top.low = Math.min(top.low, open.get(to) ?? top.low);
        }
      }
    } catch (error) {
      // As in node: who needed it, and all of a cycle, has failed with it, and does so again. A CommonJS module is tried anew.
      for (const [module] of open) {
        module.state = module.isModule ? { tag: 'failed', error } : { tag: 'linked', body: null };
        if (!module.isModule) module.own.exports = {};
      }
      throw error;
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

  #finish(module: Module): void {
    const { own, run, state } = module;
    if (state.tag === 'evaluating' && state.body !== null) state.body.next();
    else run.call(own.exports, own.exports as object, this.#requireOf(module), own, no, no);
    module.state = { tag: 'done' };
  }

  /** What a static import gives, now that it was evaluated. */
  #imported(module: Module, specifier: string): unknown {
    const target = module.targets[specifier];
    return target?.[0] === 'piece' ? this.#find(target[1]).own.exports : this.#outside(target, specifier);
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
      if (target?.[0] !== 'piece') return this.#outside(target, specifier);
      const exports = this.evaluate(target[1]);
      return this.#find(target[1]).isModule ? this.#helpers.asCommonJs(exports as object) : exports;
    };
    return Object.setPrototypeOf(require, this.#require) as Require;
  }

  /** What is no piece: a package, a module of node, or something that is looked for now. */
  #outside(target: PieceTarget | undefined, specifier: string): unknown {
    switch (target?.[0]) {
      case 'builtin':
        return this.#builtins[specifier] ?? this.#require(specifier);
      case 'import': {
        const promise = import(target[1]) as Promise<unknown>;
        this.#helpers.isComing(promise);
        return promise;
      }
      case 'external':
        return this.#external(target[1]);
      case 'piece':
      case undefined:
        return this.#require(specifier);
    }
  }

  #external(file: string): unknown {
    if (this.#externals.has(file)) return this.#externals.get(file);
    try {
      const exports = this.#require(file);
      this.#externals.set(file, exports);
      return exports;
    } catch (error) {
      // Which of the app's imports it is that `require` cannot load.
      const failure = error as { code?: unknown; required?: string } | null;
      if (failure?.code === 'ERR_REQUIRE_ASYNC_MODULE') failure.required ??= file;
      throw error;
    }
  }
}

function takesFromOthers({ links, passed }: Module): boolean {
  for (const _ in passed) return true;
  return links.some(([, star]) => star);
}

function no(): undefined {
  return undefined;
}
