// Starts an app under pm2, two instances, and does `pm2 reload` whenever esbuild has built anew: by pm2's own
// interface, since the start of its command line takes another 0.3 s.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, type BuildResult, context, type PluginBuild } from 'esbuild';
import { OUT } from './esbuild-watch.js';

interface Pm2 {
  connect(noDaemon: boolean, done: (error: Error | null) => void): void;
  start(options: object, done: (error: Error | null) => void): void;
  reload(name: string, done: (error: Error | null) => void): void;
}

// pm2 lies in a folder of packages that only the bench has.
const require = createRequire(join(process.argv[2]!, 'peers.js'));
const pm2 = require('pm2') as Pm2;

/** One reload at a time; a build in the meantime means one more. */
let turn: Promise<void> = Promise.resolve();
let started = false;

async function afterBuild(result: BuildResult): Promise<void> {
  if (result.errors.length > 0) return;
  if (started) return promisify<string, void>(pm2.reload.bind(pm2))('app');
  started = true;
  await promisify<boolean, void>(pm2.connect.bind(pm2))(true);
  await promisify<object, void>(pm2.start.bind(pm2))({
    name: 'app',
    script: OUT,
    exec_mode: 'cluster',
    instances: 2,
    wait_ready: true,
    node_args: ['--enable-source-maps'],
  });
}

const options: BuildOptions = {
  entryPoints: ['src/pm2.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  sourcemap: true,
  outfile: OUT,
  plugins: [
    {
      name: 'reload',
      setup: (build: PluginBuild) =>
        build.onEnd((result) => {
          turn = turn.then(() => afterBuild(result)).catch((error: unknown) => console.error(error));
        }),
    },
  ],
};
await (await context(options)).watch();
