import type { AppName } from '../apps/app.js';
import { type Broken, LATE } from '../measures/broken.js';
import { isNone, type Measured, type ToolResult } from '../results.js';
import { median } from '../statistics.js';
import { type Figures, figures } from './figures.js';
import { count, ms, share } from './words.js';

/** A column of a table: what a tool has in it, null when that was not measured. */
export interface Column {
  readonly head: string;
  cell(tool: ToolResult): string | null;
}

/** Behind a figure that there is no room for, its reason comes below the table. */
export const NONE = '–';

function of<T>(measured: Measured<T> | undefined, show: (value: T) => string): string | null {
  if (measured === undefined) return null;
  return isNone(measured) ? NONE : show(measured as T);
}

/** Of the saves of one app. */
function ofApp(head: string, name: AppName, show: (seen: Figures) => string): Column {
  return {
    head,
    cell(tool) {
      const seen = figures(tool, name);
      if (seen === null) return null;
      return typeof seen === 'string' ? NONE : show(seen);
    },
  };
}

export function saves(head: string, name: AppName): Column {
  return ofApp(
    head,
    name,
    ({ median, p95, never }) => `${ms(median)} / ${ms(p95)}${never > 0 ? `, ${never} never` : ''}`,
  );
}

/** Right after the start. */
export function early(head: string, name: AppName): Column {
  return ofApp(head, name, ({ early: live }) => (live === null ? 'never' : ms(live)));
}

export function start(head: string, name: AppName): Column {
  return ofApp(head, name, (seen) => `${ms(seen.start)}${seen.again === null ? '' : ` / ${ms(seen.again)}`}`);
}

export const burst: Column = {
  head: 'burst',
  cell: (tool) => of(tool.bursts, (bursts) => ms(median(bursts.map(({ live }) => live ?? Infinity)))),
};

export const failed = ofApp('failed per save', 'express', (seen) => count(seen.failed / (seen.saves + 1)));

export const outage = ofApp('longest silence', 'express', (seen) => `${ms(seen.outage)} ms`);

export const keptFailed: Column = {
  head: 'kept: failed',
  cell: (tool) => of(tool.kept, ({ failed, requests }) => share(failed, requests)),
};

export const keptStale: Column = {
  head: 'kept: stale',
  cell: (tool) => of(tool.kept, ({ stale, requests }) => share(stale, requests)),
};

export const stream: Column = { head: '10 s answer', cell: (tool) => of(tool.across, ({ stream }) => fate(stream)) };
export const events: Column = { head: 'event stream', cell: (tool) => of(tool.across, ({ events }) => fate(events)) };
export const socket: Column = {
  head: 'WebSocket',
  cell: (tool) => of(tool.across, ({ socket }) => (typeof socket === 'string' ? fate(socket) : NONE)),
};

/** How it was cut is in results.json. */
function fate(what: string): string {
  return what.split(':')[0]!;
}

export const syntax: Column = { head: 'syntax error', cell: (tool) => of(tool.syntax, broken) };
export const boot: Column = { head: 'throws at boot', cell: (tool) => of(tool.boot, broken) };

function broken({ failed, down, back }: Broken): string {
  const during = down ? 'down' : failed === 0 ? 'serves on' : `${count(failed)} failed`;
  return back === null ? `${during}, not back in ${LATE / 1000} s` : during;
}

export const timers: Column = { head: 'timers', cell: (tool) => of(tool.timers, ({ versions }) => String(versions)) };
export const memory: Column = {
  head: 'memory',
  cell: (tool) => of(tool.rest, ({ pss }) => (pss === null ? NONE : `${count(pss)} MB`)),
};
export const processor: Column = {
  head: 'CPU at rest',
  cell: (tool) => of(tool.rest, ({ cpu }) => (cpu === null ? NONE : `${(cpu * 100).toFixed(1)} %`)),
};
