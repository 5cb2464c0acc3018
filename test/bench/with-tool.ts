import { type App, type AppName, openApp } from './apps/app.js';
import { firstAnswer } from './measures/start.js';
import type { Measured } from './results.js';
import { Running } from './running.js';
import type { Tool } from './tool.js';

export interface Started {
  readonly running: Running;
  /** ms */
  readonly start: number;
}

/** Runs an app under a tool for a measure, and ends it in any case. Gives the reason where it cannot be measured. */
export async function withTool<T>(
  tool: Tool,
  name: AppName,
  measure: (started: Started) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<Measured<T>> {
  const app = await openApp(name);
  try {
    return await inFolder(tool, app, measure, env);
  } finally {
    await app.close();
  }
}

/** The same for an app that is there. */
export async function inFolder<T>(
  tool: Tool,
  app: App,
  measure: (started: Started) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<Measured<T>> {
  let running: Running | null = null;
  try {
    running = await Running.start(tool, app, env);
    const start = await firstAnswer(running);
    return await measure({ running, start });
  } catch (error) {
    return { none: error instanceof Error ? error.message : String(error) };
  } finally {
    await running?.end();
  }
}
