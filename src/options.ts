import type { BuildExtra } from './build/settings.js';
import type { ZdrEvent } from './events.js';

/** All that a run needs to know. Nothing is read from argv or the environment beyond this. */
export interface InstanceOptions {
  /** How the workers are replaced, and what becomes of an app that cannot run: see the rollover's settings. */
  readonly mode: 'dev' | 'start';
  /** Absolute path of the app's first file. It existed when the options were made. */
  readonly entry: string;
  /** Where the app runs, and what shown paths are relative to. */
  readonly cwd: string;
  /** The folder of the package.json nearest to the entry; `cwd` where there is none. */
  readonly root: string;
  /** The app's own arguments: its `process.argv` from 2 on. */
  readonly args: readonly string[];
  /** Workers of a generation, 1 or more. */
  readonly workers: number;
  /** How long an old generation may finish what is under way, in ms. */
  readonly drain: number;
  /** How long a new generation may take until it listens, in ms. */
  readonly boot: number;
  /** A path or URL of the app: a worker is ready once it answers this with 2xx. Null: once it listens. */
  readonly readyUrl: string | null;
  /** In the order given; a later file wins. The real environment wins over all of them. */
  readonly envFiles: readonly EnvFile[];
  /** Node flags for the workers: `--import=`, `--require=`, `--conditions=` in the order given. */
  readonly execArgv: readonly string[];
  /** The conditions among them, for the resolver of the build. */
  readonly conditions: readonly string[];
  /** Absolute path; null: the nearest tsconfig.json of each file. */
  readonly tsconfig: string | null;
  /** How changes are seen; null: they are not, and only a `reload` rolls over. */
  readonly watching: Watching | null;
  /** `NODE_ENV` of the app, where neither the environment nor an environment file says it. */
  readonly nodeEnv: 'development' | 'production';
  /** HTML pages load themselves anew after a rollover, and show what keeps the next one from coming. */
  readonly liveReload: boolean;
  /** Evaluate packages of the app in the standby, where it cannot tell. */
  readonly ahead: boolean;
  /** Measure where the time from a save to live goes. */
  readonly timing: boolean;
  /** What a configuration adds to the build. */
  readonly extra: BuildExtra;
  /** Called when other code was built, before it starts; awaited. A throw means that it does not. */
  readonly beforeReload: BeforeReload | null;
  /** Called before a reload that was asked for. False: what it found was refused, and told; nothing is built. */
  readonly refresh: (() => Promise<boolean>) | null;
  /** Where debuggers attach; null: nowhere. */
  readonly inspect: Inspect | null;
  /** Columns that the terminal has now, for the frames of build messages; 0 where it is not known. */
  width(): number;
  /** Called for each event, synchronously and in order. Must not throw. */
  onEvent(event: ZdrEvent): void;
  /** Who has started zdr with a channel, as `fork` does; the app may speak to it. */
  readonly parent?: Parent | null;
  /** Called when the app begins to read standard input (true), and when no app that serves reads it any more. */
  onInput?(apps: boolean): void;
  /** Called when zdr begins with something that can take long, and (null) when nothing does any more. */
  onWork?(work: Work | null): void;
  /** When zdr began, in ms of `performance.now()`. Default: now. */
  readonly since?: number;
}

/** The other end of a channel of this process. */
export interface Parent {
  send(message: unknown): void;
  /** Called for each of its messages. */
  onMessage(listener: (message: unknown) => void): void;
}

/** What can take long: to build, to boot a generation, to replace workers one by one, to finish what is open. */
export interface Work {
  readonly tag: 'build' | 'boot' | 'roll' | 'stop';
  readonly generation: number | null;
}

/** A hook of the configuration. `causes`: the files that changed, absolute; none where somebody asked for the reload. */
export type BeforeReload = (reload: { readonly causes: readonly string[] }) => unknown;

/** The address that debuggers attach to, as of node's `--inspect`. */
export interface Inspect {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  /** `wait`: the app runs once a debugger says so; `break`: it stands still at its first line then. The first time. */
  readonly start: 'run' | 'wait' | 'break';
}

/** A file of environment variables. */
export interface EnvFile {
  /** Absolute. */
  readonly path: string;
  /** A required one existed when the options were made. */
  readonly required: boolean;
}

/** Which files matter beside those that the build read, and how they are looked at. */
export interface Watching {
  /** Globs, relative to `cwd`: files to watch beside what the build read. */
  readonly include: readonly string[];
  /** Globs, relative to `cwd`: files whose changes mean nothing. */
  readonly ignore: readonly string[];
  /** Look at the files every so many ms instead of waiting for the system's events; null: events. */
  readonly poll: number | null;
}
