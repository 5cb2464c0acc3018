import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { flagNames, flags } from '../dist/cli/flags.js';
import { keys } from '../dist/cli/keys.js';
import { sections } from '../dist/section.js';
import { repository } from './support/project.js';

// What the README points to is there. What it says is held by the suites that it names.

const readme = readFileSync(join(repository, 'README.md'), 'utf8');

/** As GitHub makes them of the headings. */
const anchors = new Set(
  [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  ),
);

/** `a/{b,c}.ts` is `a/b.ts` and `a/c.ts`. */
function expand(path: string): readonly string[] {
  const [, before = '', list, after = ''] = /^(.*?)\{(.*?)\}(.*)$/.exec(path) ?? [];
  return list === undefined ? [path] : list.split(',').flatMap((one) => expand(`${before}${one}${after}`));
}

function partOf(heading: string): string {
  return readme.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
}

test('the tests that it names are there', () => {
  const named = [...readme.matchAll(/`((?:test|fixtures|src)\/[^`\s]*)`/g)].flatMap(([, path = '']) => expand(path));
  assert.ok(named.length > 20);
  assert.deepEqual(
    named.filter((path) => !existsSync(join(repository, path))),
    [],
  );
});

test('its links lead somewhere', () => {
  for (const [, target = ''] of readme.matchAll(/\]\(([^)]+)\)/g)) {
    if (target.startsWith('#')) assert.ok(anchors.has(target.slice(1)), target);
    else if (!target.includes('test/bench/results/')) assert.ok(existsSync(join(repository, target)), target);
  }
});

test('the headings that problems point to', () => {
  for (const section of sections) assert.ok(anchors.has(section), section);
});

test('every option, every key', () => {
  const options = partOf('Options') + partOf('Status');
  for (const name of flagNames) {
    if (['help', 'version'].includes(name)) continue;
    const { short } = flags[name];
    assert.ok(options.includes(`--${name}`), `--${name}`);
    if (short !== undefined) assert.ok(options.includes(`-${short}`), `-${short}`);
  }
  for (const { key } of keys) assert.ok(partOf('Keys').includes(`\`${key}\``), key);
});
