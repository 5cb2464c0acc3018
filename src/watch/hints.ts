/** Something happened in a folder. Hints may be too many, too few or late: contents decide. */
export interface Hint {
  readonly folder: string;
  /** The entry's name; null where the system does not tell. */
  readonly name: string | null;
  /** An entry may have come, gone, or been replaced; otherwise it was written to. */
  readonly moved: boolean;
}

/** Watches single folders, not what lies below them. */
export interface Hints {
  /** The folder exists. Watching an already watched one again renews it: another folder may have its name now. */
  watch(folder: string): void;
  unwatch(folder: string): void;
  close(): Promise<void>;
}

export interface HintsListener {
  onHint(hint: Hint): void;
  /** From here on the folder is watched: what happened before gave no hint. */
  onWatching(folder: string): void;
  onError(error: unknown): void;
}

export type OpenHints = (listener: HintsListener) => Hints;
