// npm run mutations [-- part of a name …]: breaks a copy of the product in one place after the other, and shows which test sees it.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../support/project.js';
import { type Mutation, mutations } from './list.js';

const copy = join(repository, '.tmp', `mutations-${process.pid}`);
const names = process.argv.slice(2);

function makeCopy(): void {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const name of ['bin', 'src', 'fixtures', '.test', 'package.json', 'tsconfig.json', 'dist'])
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
}

/** As `npm run build` does it, but types are not the point: what is broken may leave something unused. */
function build(): void {
  spawnSync(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], {
    cwd: copy,
  });
  for (const part of ['cli', 'api', 'worker', 'realm']) {
    const { status, stderr } = spawnSync('npm', ['run', `bundle:${part}`], { cwd: copy, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }
}

/** The tests that fail, the innermost of them. */
function failing(suite: string): readonly string[] {
  const { stdout } = spawnSync(process.execPath, ['.test/main.js', '--test-reporter=tap', suite], {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const failed = [...stdout.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map(([, name]) => name!.replaceAll('\\#', '#'));
  return failed.filter((name) => !name.endsWith('.test.js'));
}

/** What fails without any mutation proves nothing. */
const baseline = new Map<string, readonly string[]>();
function healthy(suite: string): readonly string[] {
  const known = baseline.get(suite);
  if (known === undefined) throw new Error(`${suite} was not run before`);
  return known;
}

function check({ file, from, to, suites }: Mutation): { readonly suite: string; readonly test: string } | null {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file} has this not once: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  try {
    build();
    for (const suite of suites) {
      const before = healthy(suite);
      const test = failing(suite).find((name) => !before.includes(name));
      if (test !== undefined) return { suite, test };
    }
    return null;
  } finally {
    writeFileSync(path, text);
  }
}

makeCopy();
build();
let survivors = 0;
const chosen = mutations.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
for (const suite of new Set(chosen.flatMap(({ suites }) => suites))) baseline.set(suite, failing(suite));
for (const mutation of chosen) {
  const seen = check(mutation);
  if (seen === null) survivors += 1;
  console.log(
    `| ${mutation.name} | \`${mutation.file}\` | ${seen === null ? '**none**' : `\`${seen.suite}\`: ${seen.test}`} |`,
  );
}
rmSync(copy, { recursive: true, force: true });
process.exitCode = survivors === 0 ? 0 : 1;
