import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../support/project.js';
import type { Results } from '../results.js';
import { markdown } from './markdown.js';

const BEGIN = '<!-- npm run bench writes from here -->';
const END = '<!-- to here -->';

/** Puts picture and tables of a run into the README. */
export function intoReadme(results: Results): void {
  const file = join(repository, 'README.md');
  const [before, rest] = readFileSync(file, 'utf8').split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md has lost ${BEGIN} or ${END}`);
  const picture = '![What clients get around a save, a lane for each tool](test/bench/results/picture.svg)';
  writeFileSync(file, [before, BEGIN, '\n\n', picture, '\n\n', markdown(results), '\n', END, after].join(''));
}
