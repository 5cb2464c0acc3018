import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from '../results.js';
import { markdown } from './markdown.js';
import { picture } from './picture.js';

/** Writes results.json, results.md and picture.svg into `folder`. */
export function write(results: Results, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), json(results));
  writeFileSync(join(folder, 'results.md'), markdown(results));
  writeFileSync(join(folder, 'picture.svg'), picture(results));
}

/** Tenths of milliseconds are enough, and a request a line would be too much. */
function json(results: Results): string {
  const text = JSON.stringify(results, (_key, value: unknown) => rounded(value), 1);
  return `${text.replaceAll(/\{\s+"at": (.*),\s+"took": (.*),\s+"kind": (.*)\s+\}/g, '{ "at": $1, "took": $2, "kind": $3 }')}\n`;
}

function rounded(value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1000) / 1000 : value;
}
