import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wantsColour } from '../../dist/cli/colour.js';
import { formatDuration } from '../../dist/cli/durations.js';
import { parseDuration } from '../../dist/setup/duration.js';
import { chooseGlyphs } from '../../dist/cli/glyphs.js';
import { harmless, harmlessColoured, harmlessName } from '../../dist/cli/harmless.js';
import { helpText } from '../../dist/cli/help.js';
import { nearest } from '../../dist/setup/nearest.js';
import { describeOpen } from '../../dist/cli/open.js';
import { createPaint } from '../../dist/cli/paint.js';
import { errorLines, firstFrame } from '../../dist/cli/stack.js';
import { describeTaken } from '../../dist/cli/taken.js';
import { urls } from '../../dist/cli/urls.js';

const plain = createPaint(false);

test('times are read with their unit', () => {
  for (const [text, ms] of [
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['0', 0],
  ] as const)
    assert.deepEqual(parseDuration(text), { tag: 'ms', ms });
  for (const [text, tag] of [
    ['10', 'no-unit'],
    ['-1s', 'no-time'],
    ['', 'no-time'],
    ['1d', 'no-time'],
    ['597h', 'too-long'],
  ] as const)
    assert.deepEqual(parseDuration(text), { tag });
});

test('times are shown as exactly as needed', () => {
  const shown = [0.2, 31.4, 999.6, 1_240, 9_960, 41_000, 59_600, 125_000, 600_000, 4_200_000].map(formatDuration);
  assert.deepEqual(shown, [
    '<1 ms',
    '31 ms',
    '1 s',
    '1.2 s',
    '10 s',
    '41 s',
    '1 min',
    '2 min 5 s',
    '10 min',
    '1 h 10 min',
  ]);
});

test('the nearest word', () => {
  const words = ['workers', 'drain', 'env-file'];
  for (const [slip, meant] of [
    ['wrokers', 'workers'],
    ['dran', 'drain'],
    ['env', 'env-file'],
    ['DRAIN', 'drain'],
    ['x', null],
    ['banana', null],
  ] as const)
    assert.equal(nearest(slip, words), meant);
});

test('colours: the command line, then NO_COLOR, then FORCE_COLOR, then the terminal', () => {
  const tty = { argv: [], env: {}, isTTY: true };
  assert.equal(wantsColour(tty), true);
  assert.equal(wantsColour({ ...tty, isTTY: false }), false);
  assert.equal(wantsColour({ ...tty, isTTY: false, env: { CI: '1' } }), false);
  assert.equal(wantsColour({ ...tty, isTTY: false, env: { FORCE_COLOR: '1' } }), true);
  assert.equal(wantsColour({ ...tty, env: { FORCE_COLOR: '0' } }), false);
  assert.equal(wantsColour({ ...tty, env: { NO_COLOR: '1', FORCE_COLOR: '1' } }), false);
  assert.equal(wantsColour({ ...tty, env: { NO_COLOR: '' } }), true);
  assert.equal(wantsColour({ ...tty, env: { TERM: 'dumb' } }), false);
  assert.equal(wantsColour({ ...tty, argv: ['--color'], isTTY: false, env: { NO_COLOR: '1' } }), true);
  assert.equal(wantsColour({ ...tty, argv: ['--color', '--no-color'] }), false);
  assert.equal(wantsColour({ ...tty, argv: ['--', '--no-color'] }), true);
});

test('signs: ASCII where the locale is not UTF-8', () => {
  const arrow = (env: Record<string, string>, platform = 'linux') => chooseGlyphs(env, platform).arrow;
  assert.equal(arrow({ LANG: 'en_US.UTF-8' }), '→');
  assert.equal(arrow({ LANG: 'C.utf8' }), '→');
  assert.equal(arrow({}), '→');
  assert.equal(arrow({ LANG: 'C' }), '->');
  assert.equal(arrow({ LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }), '->');
  assert.equal(arrow({ LC_ALL: '', LC_CTYPE: 'de_DE.UTF-8', LANG: 'C' }), '→');
  assert.equal(arrow({ TERM: 'linux', LANG: 'en_US.UTF-8' }), '->');
  assert.equal(arrow({}, 'win32'), '->');
  assert.equal(arrow({ WT_SESSION: 'x' }, 'win32'), '→');
});

test('what others wrote does not steer the terminal', () => {
  assert.equal(harmlessName('a\u001b[2J\n\u0007\u009bé\u202e.ts'), 'a\\x1b[2J\\n\\x07\\x9bé\\u202e.ts');
  assert.equal(harmless('a\r\n\tb\u001b[31m'), 'a\n\tb\\x1b[31m');
  assert.equal(harmlessColoured('\u001b[31ma\u001b[2J'), '\u001b[31ma\\x1b[2J\u001b[0m');
});

test('stacks: without Node and zdr, seen from the folder of the app', () => {
  const text = [
    'Error: no',
    '    at connect (/app/src/db.ts:9:11)',
    '    at /app/src/a.ts:3:4',
    '    at async file:///app/src/b%20c.ts:5:6',
    '    at f (/app/node_modules/pg/x.js:1:2)',
    '    at new Promise (<anonymous>)',
    '    at node:internal/main:1:2 {',
    "  code: 'X'",
    '}',
  ].join('\n');
  assert.deepEqual(errorLines(text, '/app', plain), [
    'Error: no',
    '    at connect (src/db.ts:9:11)',
    '    at src/a.ts:3:4',
    '    at async src/b c.ts:5:6',
    '    at f (node_modules/pg/x.js:1:2) {',
    "  code: 'X'",
    '}',
  ]);
  const excerpt = 'Error: no\n    at f (/app/a.ts:1:1) {\n      1 │ f();\n        ╵ ^\n  code: 1\n}';
  const colours = errorLines(excerpt, '/app', createPaint(true));
  assert.deepEqual(
    colours.slice(2, 4).map((line) => line.replaceAll('\u001b', '')),
    ['[2m      1 │[22m f();', '[2m        ╵[22m[32m ^[39m'],
  );
  assert.deepEqual(firstFrame(excerpt, '/app', plain), ['    at f (a.ts:1:1)', '      1 │ f();', '        ╵ ^']);
  assert.equal(errorLines('Error\n'.repeat(100), '/', plain).length, 41);
});

test('a taken port', () => {
  const taken = (place: string, holder: { pid: number; command: string } | null) =>
    describeTaken({
      name: 'Error',
      code: 'EADDRINUSE',
      message: `listen EADDRINUSE: address already in use ${place}`,
      text: '',
      holder,
    });
  assert.equal(
    taken('127.0.0.1:3000', { pid: 123, command: 'node' }),
    'port 3000 of 127.0.0.1 is taken by node (pid 123)',
  );
  assert.equal(taken(':::3000', null), 'port 3000 is taken');
  assert.equal(taken('::1:3000', null), 'port 3000 of ::1 is taken');
  assert.equal(taken('/tmp/a.sock', null), '/tmp/a.sock is taken');
  assert.equal(describeTaken({ name: 'Error', code: null, message: 'x', text: '', holder: null }), null);
});

test('URLs', () => {
  const shown = (host: string, protocol: 'http' | 'https' | 'tcp' = 'http') =>
    urls({ kind: 'tcp', protocol, host, port: 3000 }, ['10.0.0.2'], plain).map(({ text }) => text);
  assert.deepEqual(shown('::'), ['http://localhost:3000/', 'http://10.0.0.2:3000/']);
  assert.deepEqual(shown('0.0.0.0', 'https'), ['https://localhost:3000/', 'https://10.0.0.2:3000/']);
  assert.deepEqual(shown('127.0.0.1'), ['http://127.0.0.1:3000/']);
  assert.deepEqual(shown('::1', 'tcp'), ['tcp://[::1]:3000']);
  assert.deepEqual(urls({ kind: 'unix', protocol: 'http', path: '\0name' }, [], plain)[0]?.text, '@name');
});

test('what is open: the oldest requests by name, without their queries', () => {
  const request = (path: string, age: number | null) => ({ tag: 'request', method: 'GET', path, age }) as const;
  assert.equal(
    describeOpen(
      [
        request('/export?token=1', 41_000),
        { tag: 'websocket', path: '/', age: 1 },
        { tag: 'websocket', path: '/', age: 1 },
      ],
      '…',
    ),
    'GET /export (41 s), 2 websockets',
  );
  assert.equal(
    describeOpen(
      [
        request('/a', 1),
        request('/b', 3_000),
        request('/c', null),
        request('/d', 2_000),
        { tag: 'events', path: '/', age: 1 },
      ],
      '…',
    ),
    'GET /b (3 s), GET /d (2 s), GET /a (1 ms), 1 more request, 1 event stream',
  );
});

test('the help fits a screen', () => {
  const lines = helpText('0.1.0', plain).trimEnd().split('\n');
  assert.ok(lines.length < 24);
  for (const line of lines) assert.ok(line.length < 80, line);
});
