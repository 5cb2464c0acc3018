import type { Section } from './section.js';

/**
 * What zdr tells the outside: one union for the terminal, `--json` and programs. Plain data, nothing formatted.
 * Times are milliseconds.
 */
export type ZdrEvent =
  /** The first generation serves (or runs, when it has no server). `ms` is the time since zdr started. */
  | { readonly type: 'ready'; readonly generation: number; readonly ms: number; readonly addresses: readonly Address[] }
  /** The live generation listens on an address that was not reported yet. */
  | { readonly type: 'listening'; readonly generation: number; readonly address: Address }
  /** `generation` answers every request from here on. `ms` is the time since the first save that led to it. */
  | {
      readonly type: 'live';
      readonly generation: number;
      readonly causes: readonly string[];
      readonly ms: number;
      /** With `--timing`. */
      readonly timing?: Timing;
    }
  /** With `--timing`: the first request that `generation` got is answered, so long after it was live. */
  | { readonly type: 'answered'; readonly generation: number; readonly ms: number }
  /** The sources changed, the bundle did not: no rollover. */
  | { readonly type: 'unchanged'; readonly causes: readonly string[]; readonly live: number | null }
  /** The build failed; `live` goes on serving. The same messages in a row are reported once. */
  | { readonly type: 'build-failed'; readonly errors: readonly BuildMessage[]; readonly live: number | null }
  | { readonly type: 'build-warning'; readonly warnings: readonly BuildMessage[] }
  | {
      readonly type: 'boot-failed';
      readonly generation: number;
      readonly reason: BootFailure;
      readonly live: number | null;
    }
  /** A worker of the live generation ended by itself. `pause` is null when zdr waits for an edit. */
  | { readonly type: 'crashed'; readonly generation: number; readonly exit: Exit; readonly pause: number | null }
  | { readonly type: 'respawned'; readonly generation: number; readonly ms: number }
  /** A script (an app without a server) ended with code 0. */
  | { readonly type: 'done'; readonly generation: number }
  /** An old generation still finishes `open`. */
  | { readonly type: 'draining'; readonly generation: number; readonly open: readonly Open[] }
  /** An old generation has ended. `told`: it was reported as draining, or cut short, before. */
  | { readonly type: 'drained'; readonly generation: number; readonly told: boolean }
  /** What was still open at the drain's deadline, or when somebody did not want to wait (`asked`), and is ended now. */
  | {
      readonly type: 'cut-short';
      readonly generation: number;
      readonly asked: boolean;
      readonly open: readonly Open[];
    }
  /** Saves are collected, not built. */
  | { readonly type: 'paused' }
  /** Saves are built again, beginning with `causes`, which were saved meanwhile. */
  | { readonly type: 'resumed'; readonly causes: readonly string[] }
  /** The terminal has stopped zdr (Ctrl-Z): workers are stopped too, and clients wait. */
  | { readonly type: 'suspended' }
  /** All goes on. `ms`: how long it was suspended. */
  | { readonly type: 'continued'; readonly ms: number }
  | { readonly type: 'stopping'; readonly open: readonly Open[] }
  | { readonly type: 'stopped'; readonly forced: boolean }
  /** Debuggers can attach; an address for each worker, the same for all generations. */
  | { readonly type: 'inspecting'; readonly urls: readonly string[]; readonly waits: boolean }
  /** The debugger's port cannot be had: zdr ends. */
  | { readonly type: 'inspect-failed'; readonly host: string; readonly port: number; readonly error: AppError }
  /** `section`: the heading of the README that has more. */
  | {
      readonly type: 'warning';
      readonly message: string;
      readonly hint: string | null;
      readonly section: Section | null;
    };

/**
 * The way from a save to live:
 * - `watch`: until the change was noticed
 * - `build`: until the bundle was there
 * - `send`: until a worker began with it
 * - `evaluate`: the app's own modules and packages, top-level await included
 * - `listen`: until all that the app listens on was known to zdr
 * - `handover`: until no older generation could answer any more
 */
export type Step = 'watch' | 'build' | 'send' | 'evaluate' | 'listen' | 'handover';

/** How long each step took. */
export interface Timing extends Readonly<Record<Step, number>> {
  /** The modules that took longest to evaluate, each without those that it imports. Absolute paths. */
  readonly slowest: readonly (readonly [file: string, ms: number])[];
}

/** Where a server or a UDP socket of the app listens, as the system reports it. */
export type Address =
  | { readonly kind: 'tcp'; readonly protocol: 'http' | 'https' | 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'udp'; readonly protocol: 'udp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly protocol: 'http' | 'https' | 'tcp'; readonly path: string };

/** A message of the build, with its place where it has one. Lines count from 1, columns from 0 (as esbuild's). */
export interface BuildMessage {
  readonly text: string;
  readonly file: string | null;
  readonly line: number;
  readonly column: number;
  /** The message with its frame, as esbuild prints it, without colours and with. */
  readonly plain: string;
  readonly coloured: string;
}

/** Why a generation did not become ready. */
export type BootFailure =
  /** It threw, or a promise was rejected and nobody handled it. `text` is the error as node would print it. */
  | { readonly tag: 'threw'; readonly error: AppError }
  | { readonly tag: 'exited'; readonly exit: Exit }
  /** It neither listened nor failed in `ms`; with `blocked`, its event loop did not turn either. */
  | { readonly tag: 'silent'; readonly ms: number; readonly blocked: boolean };

/** An error of the app, with positions in the sources. */
export interface AppError {
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  /**
   * As node prints it: stack, causes and own properties. The line of the source, marked, is below the first place in
   * the app's own code.
   */
  readonly text: string;
  /** For EADDRINUSE: who holds the port, where that can be found. */
  readonly holder: { readonly pid: number; readonly command: string } | null;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Something that a worker still serves. `age` is in ms; null when its start was not seen. */
export type Open =
  | { readonly tag: 'request'; readonly method: string; readonly path: string; readonly age: number | null }
  | { readonly tag: 'websocket'; readonly path: string; readonly age: number | null }
  | { readonly tag: 'events'; readonly path: string; readonly age: number | null }
  | { readonly tag: 'socket'; readonly age: number | null };
