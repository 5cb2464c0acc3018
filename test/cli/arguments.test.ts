import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../dist/cli/arguments.js';
import type { ControlCommand } from '../../dist/cli/control-command.js';
import type { RunCommand } from '../../dist/cli/run-command.js';
import type { Given } from '../../dist/setup/given.js';

const understood: readonly (readonly [string, Given, RunCommand['tag']?])[] = [
  ['dev', {}],
  ['dev src/app.ts', { entry: 'src/app.ts' }],
  ['-w 2 dev src/app.ts', { entry: 'src/app.ts', workers: 2 }],
  ['dev -w4', { workers: 4 }],
  ['dev -w=4', { workers: 4 }],
  ['dev --workers=max', { workers: 'max' }],
  ['dev -w 2 -w 3', { workers: 3 }],
  ['dev --drain 30s --boot 1.5s', { drain: 30_000, boot: 1_500 }],
  ['dev --drain=2m --boot=500ms', { drain: 120_000, boot: 500 }],
  ['dev --drain 0', { drain: 0 }],
  ['dev --poll', { poll: 200 }],
  ['dev --poll 500', { poll: 500 }],
  ['dev --poll=1s', { poll: 1_000 }],
  ['dev --poll src/app.ts', { poll: 200, entry: 'src/app.ts' }],
  ['start', {}, 'start'],
  [
    'start src/app.ts -w 2 --ready-url /health --drain 5s',
    { entry: 'src/app.ts', workers: 2, readyUrl: '/health', drain: 5_000 },
    'start',
  ],
  ['dev -q --json', { quiet: true, json: true }],
  ['dev --tsconfig a.json', { tsconfig: 'a.json' }],
  ['dev --watch a --watch b --ignore c', { watch: ['a', 'b'], ignore: ['c'] }],
  [
    'dev --env-file a --env-file-if-exists b --env-file c',
    {
      envFiles: [
        { path: 'a', required: true },
        { path: 'b', required: false },
        { path: 'c', required: true },
      ],
    },
  ],
  ['dev --import ./a.js -r b --require c -C d', { import: ['./a.js'], require: ['b', 'c'], conditions: ['d'] }],
  ['dev --no-color', { color: false }],
  ['dev --no-ahead', { ahead: false }],
  ['dev --inspect', { inspect: { host: '127.0.0.1', port: 9229, start: 'run' } }],
  ['dev --inspect src/app.ts', { inspect: { host: '127.0.0.1', port: 9229, start: 'run' }, entry: 'src/app.ts' }],
  ['dev --inspect=0', { inspect: { host: '127.0.0.1', port: 0, start: 'run' } }],
  ['dev --inspect=0.0.0.0:9230', { inspect: { host: '0.0.0.0', port: 9230, start: 'run' } }],
  ['dev --inspect=[::1]:9230', { inspect: { host: '::1', port: 9230, start: 'run' } }],
  ['dev --inspect=localhost', { inspect: { host: 'localhost', port: 9229, start: 'run' } }],
  ['dev --inspect-brk=9230', { inspect: { host: '127.0.0.1', port: 9230, start: 'break' } }],
  ['dev --inspect-wait=9230', { inspect: { host: '127.0.0.1', port: 9230, start: 'wait' } }],
  ['dev a.ts -- -w 9 -- --help', { entry: 'a.ts', args: ['-w', '9', '--', '--help'] }],
  ['dev -- x', { args: ['x'] }],
];

for (const [line, given, tag = 'dev'] of understood)
  test(`zdr ${line}`, () => assert.deepEqual(parseArguments(line.split(' ')), { tag, given }));

const controls: readonly (readonly [string, Partial<ControlCommand>])[] = [
  ['reload', {}],
  ['reload src/app.ts', { entry: 'src/app.ts' }],
  ['reload --pid 12 --no-color', { pid: 12 }],
  ['status', { tag: 'status' }],
  ['status --json --pid=7', { tag: 'status', json: true, pid: 7 }],
  ['--color status --watch', { tag: 'status', watch: true }],
  ['status --watch src/app.ts', { tag: 'status', watch: true, entry: 'src/app.ts' }],
];

for (const [line, expected] of controls)
  test(`zdr ${line}`, () => {
    const plain = { tag: 'reload', entry: null, pid: null, json: false, watch: false };
    assert.deepEqual(parseArguments(line.split(' ')), { ...plain, ...expected });
  });

const others: readonly (readonly [string, string])[] = [
  ['', 'help'],
  ['--help', 'help'],
  ['dev -h --workers 0', 'help'],
  ['-v', 'version'],
  ['dev --version', 'version'],
];

for (const [line, tag] of others)
  test(`zdr ${line} is ${tag}`, () => assert.equal(parseArguments(line === '' ? [] : line.split(' ')).tag, tag));

const refused: readonly (readonly [string, RegExp, RegExp])[] = [
  ['dve', /unknown command dve/, /zdr dev\?/],
  ['src/app.ts', /not a command/, /zdr dev src\/app\.ts/],
  ['-q', /no command/, /zdr dev/],
  ['start --watch *.sql', /--watch is an option of zdr dev/, /does not watch/],
  ['start --no-ahead', /--no-ahead is an option of zdr dev/, /nothing ahead/],
  ['start --ready-url health', /--ready-url health is no path or URL/, /--ready-url \/health/],
  ['dev --ready-url /health', /--ready-url is an option of zdr start/, /once it listens/],
  ['reload --json', /zdr reload has no --json/, /--pid/],
  ['reload -w 2', /zdr reload has no -w/, /--pid/],
  ['reload a.ts b.ts', /unexpected argument b\.ts/, /zdr reload/],
  ['reload --pid app', /--pid app is no pid/, /zdr status/],
  ['status --watch --json', /do not go together/, /--json/],
  ['status --drain 3s', /zdr status has no --drain/, /--watch/],
  ['status --watch=src', /takes no value/, /--watch/],
  ['dev --pid 3', /zdr dev has no --pid/, /zdr reload/],
  ['dev a.ts b', /unexpected argument b/, /zdr dev a\.ts -- b/],
  ['dev --wrokers 4', /unknown option --wrokers/, /--workers\?/],
  ['dev --env x', /unknown option --env/, /--env-file\?/],
  ['dev -dran=5', /unknown option -dran$/, /--drain\?/],
  ['dev -V', /unknown option -V/, /-v\?/],
  ['dev --xyzzy', /unknown option --xyzzy/, /--help/],
  ['dev --max-old-space-size=9', /unknown option/, /NODE_OPTIONS=--max-old-space-size=9/],
  ['dev --inspect=', /empty value/, /host:port/],
  ['dev --inspect=90000', /no port 90000/, /9229/],
  ['dev --inspect-brk=a:b', /no address/, /9230/],
  ['dev --quiet=1', /takes no value/, /--quiet/],
  ['dev --drain 30', /no unit/, /30s or --drain 30ms/],
  ['dev --drain soon', /no time/, /500ms/],
  ['dev --drain 700h', /too long/, /596h/],
  ['dev --drain --boot', /--drain needs a time/, /30s/],
  ['dev --boot', /--boot needs a time/, /30s/],
  ['dev --boot 0', /no time to boot/, /10s/],
  ['dev -w', /-w needs/, /-w 4/],
  ['dev -w 0', /no number of workers/, /max/],
  ['dev -w two', /no number of workers/, /max/],
  ['dev --poll 1', /without pause/, /200/],
  ['dev --tsconfig=', /needs a file/, /--tsconfig=/],
];

for (const [line, message, hint] of refused)
  test(`zdr ${line} is refused`, () => {
    const parsed = parseArguments(line.split(' '));
    assert.equal(parsed.tag, 'wrong');
    assert.match(parsed.message, message);
    assert.match(parsed.hint, hint);
  });
