import type { AppName } from '../apps/app.js';
import { isNone, type ToolResult } from '../results.js';
import { median, quantile } from '../statistics.js';

/** What the saves of one app come to. Times in ms. */
export interface Figures {
  /** Of the first starts, and (null: there were none) of those behind them. */
  readonly start: number;
  readonly again: number | null;
  /** The first save, right after the start; null: it never answered. */
  readonly early: number | null;
  readonly median: number;
  readonly p95: number;
  readonly least: number;
  readonly most: number;
  /** Saves behind that one, and those whose code never answered in time. */
  readonly saves: number;
  readonly never: number;
  readonly requests: number;
  readonly failed: number;
  readonly stale: number;
  readonly outage: number;
}

/** The figures of a tool for an app, or the reason why there are none; null when it was not asked for. */
export function figures(tool: ToolResult, name: AppName): Figures | string | null {
  const app = tool.apps[name];
  if (app === undefined) return null;
  if (isNone(app)) return app?.none ?? null;
  const lives = app.saves.flatMap(({ live }) => live ?? []);
  const all = [app.early, ...app.saves];
  const sum = (key: 'requests' | 'failed' | 'stale'): number => all.reduce((sum, save) => sum + save[key], 0);
  return {
    start: median(app.starts.first),
    again: app.starts.again.length === 0 ? null : median(app.starts.again),
    early: app.early.live,
    median: median(lives),
    p95: quantile(lives, 0.95),
    least: Math.min(...lives),
    most: Math.max(...lives),
    saves: app.saves.length,
    never: app.saves.length - lives.length,
    requests: sum('requests'),
    failed: sum('failed'),
    stale: sum('stale'),
    outage: Math.max(...all.map(({ outage }) => outage)),
  };
}
