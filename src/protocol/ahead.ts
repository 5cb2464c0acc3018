/** A difference to the environment that a worker started with; null: removed. */
export type EnvChange = Readonly<Record<string, string | null>>;

/** A file of a package that came into `require.cache`, and the file that required it first. */
export interface Required {
  readonly file: string;
  readonly parent: string;
}

/** What a package looked at while it was evaluated. When it is the same later, so is what the package made of it. */
export interface Witnessed {
  /** Names of environment variables. `allEnv`: it listed them. */
  readonly env: readonly string[];
  readonly allEnv: boolean;
  /** Names that it looked for among the globals and did not find. */
  readonly globals: readonly string[];
  /** Files in node_modules that it read by itself. */
  readonly files: readonly string[];
  /** Folders of other packages whose functions it called, or whose exports it changed. */
  readonly calls: readonly string[];
}

/** A package that a standby evaluates ahead, in the environment that the app is expected to have made for it. */
export interface Unit extends Required, Witnessed {
  readonly change: EnvChange;
}

/** What a standby evaluates ahead, in this order. */
export interface Plan {
  readonly entry: string;
  readonly args: readonly string[];
  /** The bundle is CommonJS: it will be `require.main`. */
  readonly script: boolean;
  /** The app has node's undici from its boot on, see {@link ../worker/ahead/undici.ts}. */
  readonly undici: boolean;
  readonly units: readonly Unit[];
}

/** Why what was evaluated ahead is not what a cold start would have come to. */
export type Stale =
  /** A file was written since. */
  | { readonly tag: 'files' }
  /** The bundle has another module system. */
  | { readonly tag: 'script' }
  /** The app made another environment for this package. */
  | { readonly tag: 'env'; readonly file: string; readonly change: EnvChange }
  /** Globals, builtin modules, arguments or the working directory differ. */
  | { readonly tag: 'patched'; readonly file: string; readonly what: string }
  /** A package that this one shares with the app was changed, or is in the app's hands too early. */
  | { readonly tag: 'shared'; readonly file: string };
