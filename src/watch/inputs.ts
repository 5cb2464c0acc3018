/** What a build depends on. */
export interface Inputs {
  /** By real path; the stamp is what the build saw, taken before it read the content. */
  readonly files: ReadonlyMap<string, Stamp>;
  /** Folders in which a new entry may change the outcome: where an import did not resolve. */
  readonly folders: ReadonlySet<string>;
  /**
   * Files among `files` that are not part of the bundle but that the app may read when it starts
   * (`.env*`, lock files, `--watch`): a new content asks for a rollover even when the bundle is the same.
   */
  readonly aside: ReadonlySet<string>;
}

/** A file as it was seen. `null`: it did not exist. */
export type Stamp = null | {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
  /** Hash of the content. */
  readonly hash: string;
};
