import type { PieceTarget } from '../../protocol/pieces.js';
import type { Helpers } from './helpers.js';

export type Require = (specifier: string) => unknown;

/** What a program in pieces takes from elsewhere: packages, modules of node, and what it looks for at run time. */
export interface Outside {
  /** The bundle is there: node's `require` for it, and the modules of node that it imports. */
  open(require: Require, builtins: Readonly<Record<string, unknown>>): void;
  /** What `specifier` gives to a module for which it means `target`, which is no piece. */
  load(target: PieceTarget | undefined, specifier: string): unknown;
}

export function openOutside(helpers: Helpers): Outside {
  const externals = new Map<string, unknown>();
  let require: Require = () => undefined;
  let builtins: Readonly<Record<string, unknown>> = {};

  function external(file: string): unknown {
    if (externals.has(file)) return externals.get(file);
    try {
      const exports = require(file);
      externals.set(file, exports);
      return exports;
    } catch (error) {
      // Which of the app's imports it is that `require` cannot load.
      const failure = error as { code?: unknown; required?: string } | null;
      if (failure?.code === 'ERR_REQUIRE_ASYNC_MODULE') failure.required ??= file;
      throw error;
    }
  }

  return {
    open(given, modules) {
      require = given;
      builtins = modules;
    },
    load(target, specifier) {
      switch (target?.[0]) {
        case 'builtin':
          return builtins[specifier] ?? require(specifier);
        case 'import': {
          const promise = import(target[1]) as Promise<unknown>;
          helpers.isComing(promise);
          return promise;
        }
        case 'external':
          return external(target[1]);
        case 'piece':
        case undefined:
          return require(specifier);
      }
    },
  };
}
