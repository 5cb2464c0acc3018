// npm run bench [-- --help]: zdr beside the tools that it is compared with.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeApps } from './apps/app.js';
import { measure, nothingYet } from './measure.js';
import { readOptions, usage } from './options.js';
import { bench } from './place.js';
import { intoReadme } from './report/readme.js';
import { markdown } from './report/markdown.js';
import { write } from './report/write.js';
import type { Results } from './results.js';
import { killAll } from './running.js';

const results = join(bench, 'results');

// However the bench ends, by a signal too, so does all that it started.
process.once('exit', () => {
  killAll();
  removeApps();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

function publish(measured: Results, folder: string): void {
  write(measured, folder);
  if (folder === results) intoReadme(measured);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), results);
  if (options.help) return console.log(usage);
  if (options.draw !== null) {
    return publish(JSON.parse(readFileSync(options.draw, 'utf8')) as Results, options.out ?? results);
  }
  const measured = nothingYet(options);
  const deadline = setTimeout(() => {
    console.log(markdown(measured));
    console.error(`not done after ${options.scale.deadline / 60_000} minutes`);
    process.exit(1);
  }, options.scale.deadline).unref();
  await measure(measured, options);
  clearTimeout(deadline);
  console.log(markdown(measured));
  if (options.out !== null) publish(measured, options.out);
}

await main();
