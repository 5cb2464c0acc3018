import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm test [-- name…]`: runs every suite, or those whose path contains one of the names. Two at a time: they
 * drive whole process trees, and two cores are soon busy. (Node 20 takes no patterns, and a shell's are not everywhere.)
 * What failed is listed once more at the end, where a log that is cut still has it.
 */
const here = fileURLToPath(new URL('.', import.meta.url));
const names = process.argv.slice(2).filter((name) => !name.startsWith('-'));
const flags = process.argv.slice(2).filter((name) => name.startsWith('-'));

const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .map((file) => join(here, file))
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => names.length === 0 || names.some((name) => relative(here, file).includes(name)))
  .sort();

if (files.length === 0) {
  process.stderr.write(`no suite is named like ${names.join(' ')}\n`);
  process.exit(2);
}

const reporter = flags.some((flag) => flag.startsWith('--test-reporter')) ? [] : ['--test-reporter=spec'];
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', ...reporter, ...flags, ...files], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
