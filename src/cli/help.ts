import type { Paint } from './paint.js';

/** All of zdr on one screen: 23 lines of less than 80 columns. */
export function helpText(version: string, paint: Paint): string {
  const option = (names: string, text: string) => `  ${paint.cyan(names.padEnd(28))} ${text}`;
  const example = (command: string, text: string) => `  ${command.padEnd(42)} ${paint.dim(text)}`;
  return `${[
    `${paint.green(paint.bold('zdr'))} ${paint.green(`v${version}`)}  save a file: the new code serves, no request is dropped`,
    '',
    `${paint.bold('zdr dev')} | ${paint.bold('zdr start')} [entry] [options] [-- arguments of the app]`,
    `${paint.bold('zdr reload')} | ${paint.bold('zdr status')} [--json | --watch]   ask what runs here`,
    '',
    option('-w, --workers <n|max>', 'processes that serve (dev 1, start max)'),
    option('    --drain <time>', 'for old code to finish (dev 10m, start 30s)'),
    option('    --boot <time>', 'for new code to listen (10s)'),
    option('    --env-file <file>', 'environment; also --env-file-if-exists'),
    option('-r, --require, --import <m>', 'load a module before the app'),
    option('-C, --conditions <name>', 'a condition for exports and imports of packages'),
    option('    --tsconfig <file>', 'instead of the nearest tsconfig.json'),
    option('    --watch, --ignore <glob>', 'files to watch besides, files to leave alone'),
    option('    --poll [ms]', 'look at the files instead of waiting for events'),
    option('    --timing, --no-ahead', 'tell where the time goes; load nothing ahead'),
    option('    --ready-url <path>', 'start: new code serves once this answers 2xx'),
    option('    --live-reload', 'dev: open pages load themselves anew'),
    option('    --inspect[=[host:]port]', 'debug on one port (9229); also -brk, -wait'),
    option('-q, --quiet, --json', 'tell problems only; tell events, one a line'),
    option('    --color, --no-color', 'also NO_COLOR, FORCE_COLOR; -h help, -v version'),
    '',
    example('zdr start --ready-url /health -- -p 80', 'the app gets -p 80'),
    paint.dim('Ctrl-C stops when all is answered, twice at once. SIGUSR2 reloads. A time: 10s'),
  ]
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}
