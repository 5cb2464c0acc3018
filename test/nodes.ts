import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run test:nodes [-- name…]`: runs suites with other versions of Node, whose binaries are npm packages. Without
 * names, those that depend most on what Node does: how programs run, how they reload, how saves fail.
 */
const VERSIONS = ['20.19', '20', '22', '24', '26'];
const names = process.argv.slice(2);
const how = [
  'dev/runs',
  'dev/as-node',
  'dev/errors',
  'dev/typescript',
  'dev/late',
  'dev/cluster',
  'dev/dgram',
  'build/',
];
const suites = names.length > 0 ? names : [...how, 'dev/ahead', 'dev/pieces', 'dev/rollover', 'dev/broken.test'];

const here = fileURLToPath(new URL('.', import.meta.url));
const results = VERSIONS.map((version) => {
  const node = binaryOf(version);
  if (node === null) return `Node ${version}: could not be installed`;
  process.stdout.write(`\nNode ${version}\n`);
  const { status } = spawnSync(node, [join(here, 'main.js'), ...suites], { stdio: 'inherit' });
  return status === 0 ? null : `Node ${version}: failed`;
});
const bad = results.filter((result) => result !== null);
for (const line of bad) process.stderr.write(`${line}\n`);
process.exit(bad.length === 0 ? 0 : 1);

/** The running Node for its own version, else one that is installed into .tmp once. */
function binaryOf(version: string): string | null {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const folder = join(here, '..', '.tmp', `node-${version}`);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', `${name}@${version}`], {
      cwd: folder,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
  }
  return existsSync(binary) ? binary : null;
}
