// npm run bench [-- --quick --only zdr,tsx --apps http,express]: zdr beside the tools that it is compared with.
import { parseArgs } from 'node:util';
import { type AppName, names, openApp } from './apps/app.js';
import { measureSaves } from './measures/saves.js';
import { firstAnswer } from './measures/start.js';
import { Running } from './running.js';
import { median, quantile } from './statistics.js';
import { tools } from './tools/all.js';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, apps: { type: 'string' } },
});
const only = options.only?.split(',');
const apps = (options.apps?.split(',') ?? names.slice(0, 4)) as AppName[];

for (const name of apps) {
  for (const tool of tools.filter(({ id }) => only?.includes(id) ?? true)) {
    const app = await openApp(name);
    const running = await Running.start(tool, app);
    const start = await firstAnswer(running);
    const saves = await measureSaves(running, { edits: options.quick ? 5 : 15, budget: 30_000, pause: 400 });
    await running.end();
    await app.close();
    const lives = saves.flatMap(({ live }) => live ?? []);
    const sum = (of: 'failed' | 'stale' | 'requests'): number => saves.reduce((all, save) => all + save[of], 0);
    console.log(
      `${name.padEnd(8)} ${tool.name.padEnd(16)} start ${start.toFixed(0)} ms, live median ${median(lives).toFixed(1)} p95 ${quantile(lives, 0.95).toFixed(1)} of ${lives.length}/${saves.length}, ` +
        `failed ${sum('failed')} stale ${sum('stale')} of ${sum('requests')}, outage ${Math.max(...saves.map(({ outage }) => outage)).toFixed(0)} ms`,
    );
    if (process.env.VERBOSE) console.log(lives.map((live) => live.toFixed(1)).join(' '));
  }
}
