import type { Loader, Plugin } from '../build/esbuild.js';
import type { ZdrEvent } from '../events.js';

/**
 * What `zdr.config.ts` exports, the key `zdr` of package.json holds, and `dev()` and `start()` take. All of it is
 * optional; each key has the meaning of the option of the command line, which wins. Paths and globs are relative to the
 * file that says them.
 */
export interface ZdrConfig {
  /** The app's first file. */
  readonly entry?: string | undefined;
  /** The app's own arguments. */
  readonly args?: readonly string[] | undefined;
  /** Processes that serve. */
  readonly workers?: number | 'max' | undefined;
  /** How long old code may finish what is under way. A number is ms. */
  readonly drain?: Time | undefined;
  /** How long new code may take to listen. A number is ms. */
  readonly boot?: Time | undefined;
  /** Files of environment variables, which must exist. A later one wins, the real environment over all. */
  readonly envFile?: OneOrMore | undefined;
  /** The same for files that may be missing. They win over those of `envFile`. */
  readonly envFileIfExists?: OneOrMore | undefined;
  /** Modules that are imported before the app. */
  readonly import?: OneOrMore | undefined;
  /** Modules that are required before the app. */
  readonly require?: OneOrMore | undefined;
  /** Conditions for `exports` and `imports` of packages. */
  readonly conditions?: OneOrMore | undefined;
  /** In place of the nearest tsconfig.json of each file. */
  readonly tsconfig?: string | undefined;
  /** Globs of files to watch beside those that the build reads. */
  readonly watch?: OneOrMore | undefined;
  /** Globs of files whose changes mean nothing. */
  readonly ignore?: OneOrMore | undefined;
  /** Look at the files every so often instead of waiting for events; true: every 200 ms. A number is ms. */
  readonly poll?: boolean | Time | undefined;
  /** Of `zdr start`: a path or URL of the app. New code serves once it answers this with 2xx. */
  readonly readyUrl?: string | undefined;
  /** Of `zdr dev`: HTML pages load themselves anew after a rollover. */
  readonly liveReload?: boolean | undefined;
  /** Where debuggers attach, as node's `--inspect`: true, a port, or `host:port`. */
  readonly inspect?: boolean | number | string | undefined;
  /** The same, and the app's first line waits for a debugger. */
  readonly inspectBrk?: boolean | number | string | undefined;
  /** The same, but it does not stand still there once the debugger is set up. */
  readonly inspectWait?: boolean | number | string | undefined;
  /** Evaluate packages in the standby, where the app cannot tell. */
  readonly ahead?: boolean | undefined;
  /** Of `zdr dev`: tell where the time from a save to live goes. */
  readonly timing?: boolean | undefined;
  /** Tell problems only. */
  readonly quiet?: boolean | undefined;
  /** Tell events, one a line. */
  readonly json?: boolean | undefined;
  /** Colours; without it the terminal and the environment decide. */
  readonly color?: boolean | undefined;
  readonly esbuild?: EsbuildConfig | undefined;
  /** Called when a generation is live: it answers every request from here on. Not awaited. */
  readonly onLive?: ((event: LiveEvent) => unknown) | undefined;
  /** Called when other code was built, before it starts; awaited. A throw means that it does not start. */
  readonly beforeReload?: ((reload: Reload) => unknown) | undefined;
}

/** esbuild's own options, see its documentation. */
export interface EsbuildConfig {
  /** They come before zdr's own. */
  readonly plugins?: readonly Plugin[] | undefined;
  /** By extension, with the dot: `{ '.sql': 'text' }`. */
  readonly loader?: Readonly<Record<string, Loader>> | undefined;
  /** By identifier: JSON, or another identifier. */
  readonly define?: Readonly<Record<string, string>> | undefined;
}

/** A number of ms, or with its unit. */
export type Time = number | `${number}${'ms' | 's' | 'm' | 'h'}`;

export type OneOrMore = string | readonly string[];

/** The first generation is reported `ready`, the others `live`. */
export type LiveEvent = Extract<ZdrEvent, { readonly type: 'ready' | 'live' }>;

export interface Reload {
  /** The files that changed, absolute; none where somebody asked for the reload. */
  readonly causes: readonly string[];
}

/** For what the config is read. */
export interface ConfigContext {
  readonly command: Command;
}

export type Command = 'dev' | 'start';

/** What a config file exports: the config, or a function that gives it. */
export type ConfigExport = ZdrConfig | ((context: ConfigContext) => ZdrConfig | Promise<ZdrConfig>);

/** Gives back what it gets: an editor knows the keys. */
export function defineConfig<const C extends ConfigExport>(config: C): C {
  return config;
}
