import type { App } from './apps/app.js';

/** A process that belongs to a tool. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A file, relative to the app, that has to be there before the next command starts. */
  readonly makes?: string;
}

/** One tool that reloads a server. */
export interface Tool {
  /** What `--only` calls it. */
  readonly id: string;
  /** What the table calls it. */
  readonly name: string;
  /** What a person types. */
  readonly typed: string;
  /** Throws, with the reason, where the tool is not installed or does not run. */
  version(): string;
  /** Why it runs no WebSocket of the app. */
  readonly noWebSocket?: string;
  /** What the tool needs beside the app, as its manual says. */
  prepare?(app: App): Promise<void>;
  /** Started in this order, all of them in the app's folder. */
  commands(app: App): readonly Command[];
}
