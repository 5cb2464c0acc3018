import type { Paint } from './paint.js';

/** All of zdr on one screen: 23 lines of less than 80 columns. */
export function helpText(version: string, paint: Paint): string {
  const option = (names: string, text: string) => `  ${paint.cyan(names.padEnd(28))} ${text}`;
  const example = (command: string, text: string) => `  ${command.padEnd(42)} ${paint.dim(text)}`;
  return `${[
    `${paint.green(paint.bold('zdr'))} ${paint.green(`v${version}`)}  save a file: the new code serves, no request is dropped`,
    '',
    `${paint.bold('zdr dev')} [entry] [options] [-- arguments of the app]`,
    '',
    option('-w, --workers <n|max>', 'processes that serve (1)'),
    option('    --drain <time>', 'for old code to finish its requests (10m)'),
    option('    --boot <time>', 'for new code to listen (10s)'),
    option('    --env-file <file>', 'environment; also --env-file-if-exists'),
    option('-r, --require, --import <m>', 'load a module before the app'),
    option('-C, --conditions <name>', 'a condition for exports and imports of packages'),
    option('    --tsconfig <file>', 'instead of the nearest tsconfig.json'),
    option('    --watch, --ignore <glob>', 'files to watch besides, files to leave alone'),
    option('    --poll [ms]', 'look at the files instead of waiting for events'),
    option('    --timing, --no-ahead', 'tell where the time goes; load nothing ahead'),
    option('-q, --quiet, --json', 'tell problems only; tell events, one a line'),
    option('    --color, --no-color', 'as NO_COLOR and FORCE_COLOR'),
    option('-h, --help, -v, --version', ''),
    '',
    example('zdr dev', 'what package.json or src says'),
    example('zdr dev src/server.ts -w 2', 'two processes'),
    example('zdr dev --env-file .env -- --port 8080', 'the app gets --port 8080'),
    '',
    paint.dim('Ctrl-C stops when all is answered, twice at once. SIGUSR2 reloads. A time: 10s'),
  ]
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}
