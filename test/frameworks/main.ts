import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * `npm run test:frameworks [-- flags of node:test]`: the frameworks have a package.json of their own, and take a while to
 * install.
 */
const suite = fileURLToPath(new URL('suite.js', import.meta.url));
const monorepos = fileURLToPath(new URL('monorepos.js', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=2', ...process.argv.slice(2), suite, monorepos],
  {
    stdio: 'inherit',
  },
);
process.exit(status ?? 1);
