import type { AppName } from '../apps/app.js';
import type { ToolResult } from '../results.js';
import { figures } from './figures.js';
import { count, ms } from './words.js';

function line(tool: ToolResult, what: string, text: string): void {
  process.stderr.write(`${what.padEnd(8)} ${tool.name.padEnd(15)} ${text}\n`);
}

/** A line for each figure as it comes. */
export const progress = {
  app(tool: ToolResult, name: AppName): void {
    const seen = figures(tool, name);
    if (seen === null || typeof seen === 'string') return line(tool, name, seen ?? '');
    const { start, median, p95, least, most, saves, never, failed, stale, requests, outage } = seen;
    const spread = `live ${ms(median)} ms (p95 ${ms(p95)}, ${ms(least)} to ${ms(most)}) in ${saves - never} of ${saves}`;
    const seenBy = `failed ${count(failed)}, stale ${count(stale)} of ${count(requests)}, silence ${ms(outage)} ms`;
    line(tool, name, `start ${ms(start)} ms, ${spread}, ${seenBy}`);
  },
  extra(tool: ToolResult, name: string): void {
    const { kept, across, syntax, boot, timers } = tool;
    const shown = { kept, across, broken: { syntax, boot }, timers }[name];
    line(tool, name, JSON.stringify(shown));
  },
};
