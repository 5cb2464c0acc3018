import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseGlyphs } from '../../dist/cli/glyphs.js';
import { createPaint } from '../../dist/cli/paint.js';
import { shownPath } from '../../dist/cli/paths.js';
import { Terminal } from '../../dist/cli/terminal.js';
import { repository } from '../support/project.js';
import type { BootFailure, BuildMessage, ZdrEvent } from '../../dist/events.js';

interface Given {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly interactive?: boolean;
  readonly ascii?: boolean;
  readonly coloured?: boolean;
}

/** What is written for the events, a write each, with the times made equal. */
function told(
  events: readonly ZdrEvent[],
  { json = false, quiet = false, interactive = false, ascii = false, coloured = false }: Given = {},
) {
  const writes: string[] = [];
  const look = {
    mode: 'dev' as const,
    readyUrl: null,
    coloured,
    paint: createPaint(false),
    glyphs: chooseGlyphs(ascii ? { LANG: 'C' } : {}, 'linux'),
    cwd: '/app',
    entry: '/app/src/app.ts',
    workers: 1,
    version: '0.1.0',
    interactive,
    networks: () => ['10.0.0.2'],
  };
  const terminal = new Terminal({
    look,
    json,
    quiet,
    write: (text) => writes.push(text.replace(/^\d\d:\d\d:\d\d/, 'T')),
  });
  for (const event of events) terminal.tell(event);
  terminal.flush();
  return writes;
}

const error: BuildMessage = {
  text: 'no',
  file: null,
  line: 1,
  column: 0,
  plain: '✘ [ERROR] no\n\n    a.ts:1:0:\n      1 │ x\n        ╵ ^\n\n',
  coloured: '',
};
const failed = (reason: BootFailure, live: number | null = 3): ZdrEvent => ({
  type: 'boot-failed',
  generation: 5,
  reason,
  live,
});
const crashed = (pause: number | null): ZdrEvent => ({
  type: 'crashed',
  generation: 7,
  exit: { code: null, signal: 'SIGSEGV' },
  pause,
});
const respawned: ZdrEvent = { type: 'respawned', generation: 7, ms: 48 };
const threw = {
  name: 'Error',
  message: 'no',
  code: null,
  text: 'Error: no\n    at f (/app/src/a.ts:1:2)',
  holder: null,
};
const websocket = { tag: 'websocket', path: '/', age: 1 } as const;

const steps = { watch: 2, build: 8, send: 1, evaluate: 12, listen: 0.2, handover: 2 };

/** As seen from a folder outside of this one. */
const more = (section: string) => `  more: ${shownPath(join(repository, 'README.md'), '/app')}#${section}\n`;

const lines: readonly (readonly [ZdrEvent, string])[] = [
  [{ type: 'live', generation: 2, causes: ['/app/src/a.ts'], ms: 31 }, 'T ↻ src/a.ts → #2 live in 31 ms\n'],
  [
    { type: 'live', generation: 3, causes: ['/app/src/a.ts', '/b', '/c'], ms: 31 },
    'T ↻ src/a.ts +2 more → #3 live in 31 ms\n',
  ],
  [{ type: 'live', generation: 4, causes: [], ms: 31 }, 'T ↻ reload → #4 live in 31 ms\n'],
  [
    { type: 'live', generation: 2, causes: ['/app/src/a.ts'], ms: 31, timing: { ...steps, slowest: [] } },
    'T ↻ src/a.ts → #2 live in 31 ms\n  watch 2 ms · build 8 ms · send 1 ms · evaluate 12 ms · listen <1 ms · handover 2 ms\n',
  ],
  [
    {
      type: 'live',
      generation: 2,
      causes: ['/app/src/a.ts'],
      ms: 431,
      timing: { ...steps, evaluate: 412, slowest: [['/app/src/db.ts', 300]] },
    },
    'T ↻ src/a.ts → #2 live in 431 ms\n  watch 2 ms · build 8 ms · send 1 ms · evaluate 412 ms · listen <1 ms · handover 2 ms\n' +
      '  the app itself takes 412 ms to evaluate; slowest: src/db.ts 300 ms\n',
  ],
  [{ type: 'answered', generation: 2, ms: 4 }, 'T ● #2 first answer 4 ms after live\n'],
  [{ type: 'unchanged', causes: ['/app/src/a.ts'], live: 2 }, 'T ↻ src/a.ts → same bundle, #2 keeps serving\n'],
  [
    { type: 'build-failed', errors: [error], live: null },
    'T ✘ build failed, waiting for an edit\n✘ [ERROR] no\n\n    a.ts:1:0:\n      1 │ x\n        ╵ ^\n',
  ],
  [
    failed({ tag: 'threw', error: threw }),
    'T ✘ #5 threw while booting, #3 keeps serving\nError: no\n    at f (src/a.ts:1:2)\n',
  ],
  [
    failed({ tag: 'exited', exit: { code: 1, signal: null } }),
    'T ✘ #5 exited with code 1 while booting, #3 keeps serving\n',
  ],
  [
    failed({ tag: 'exited', exit: { code: null, signal: 'SIGKILL' } }, null),
    'T ✘ #5 was killed by SIGKILL while booting, waiting for an edit\n',
  ],
  [
    failed({ tag: 'silent', ms: 10_000, blocked: false }),
    `T ✘ #5 did not listen within 10 s, #3 keeps serving\n  --boot gives new code more time\n${more('options')}`,
  ],
  [
    failed({ tag: 'silent', ms: 10_000, blocked: true }),
    `T ✘ #5 did not listen within 10 s (its event loop is blocked), #3 keeps serving\n  --boot gives new code more time\n${more('options')}`,
  ],
  [
    failed({
      tag: 'threw',
      error: {
        ...threw,
        code: 'EADDRINUSE',
        message: 'listen EADDRINUSE: address already in use 127.0.0.1:3000',
        holder: { pid: 123, command: 'node' },
      },
    }),
    'T ✘ #5 cannot listen: port 3000 of 127.0.0.1 is taken by node (pid 123), #3 keeps serving\n    at f (src/a.ts:1:2)\n',
  ],
  [crashed(800), 'T ✘ #7 crashed (SIGSEGV), respawning in 800 ms\n'],
  [crashed(null), 'T ✘ #7 crashed (SIGSEGV), waiting for an edit\n'],
  [crashed(0), 'T ✘ #7 crashed (SIGSEGV), respawning\n'],
  [respawned, 'T ↻ #7 respawned in 48 ms\n'],
  [{ type: 'done', generation: 1 }, 'T ● #1 done (exit code 0), waiting for an edit\n'],
  [{ type: 'draining', generation: 3, open: [websocket] }, 'T ◌ #3 finishes 1 websocket\n'],
  [{ type: 'drained', generation: 3, told: true }, 'T ● #3 done\n'],
  [
    { type: 'cut-short', generation: 3, asked: false, open: [websocket, websocket] },
    `T ✘ #3 ran out of time, ended 2 websockets\n  --drain gives old code more time\n${more('options')}`,
  ],
  [{ type: 'cut-short', generation: 3, asked: true, open: [websocket] }, 'T ◌ #3 was told to end 1 websocket\n'],
  [{ type: 'stopping', open: [] }, 'T ■ stopping\n'],
  [{ type: 'stopping', open: [websocket] }, 'T ■ stopping, 1 websocket open\n'],
  [{ type: 'stopped', forced: false }, 'T ■ stopped\n'],
  [{ type: 'stopped', forced: true }, 'T ■ stopped by force\n'],
  [{ type: 'warning', message: 'careful', hint: 'do', section: null }, 'T ▲ careful\n  do\n'],
  [{ type: 'warning', message: 'careful', hint: null, section: 'config' }, `T ▲ careful\n${more('config')}`],
  [
    { type: 'listening', generation: 2, address: { kind: 'tcp', protocol: 'http', host: '127.0.0.1', port: 1 } },
    '  ➜  Local   http://127.0.0.1:1/\n',
  ],
];

for (const [event, expected] of lines)
  test(expected.split('\n')[0] ?? '', () => assert.deepEqual(told([event]), [expected]));

const ready: ZdrEvent = {
  type: 'ready',
  generation: 1,
  ms: 212,
  addresses: [{ kind: 'tcp', protocol: 'http', host: '::', port: 3000 }],
};

test('the banner', () => {
  const rows = [
    '',
    '  zdr v0.1.0  ready in 212 ms',
    '',
    '  ➜  Local   http://localhost:3000/',
    '  ➜  Network http://10.0.0.2:3000/',
    '  ➜  Entry   src/app.ts · 1 worker',
    '',
    '',
  ];
  assert.deepEqual(told([ready]), [rows.join('\n')]);
  assert.match(told([{ ...ready, addresses: [] }]).join(''), /➜ {2}Entry {3}src\/app\.ts · 1 worker · no server\n\n$/);
});

test('after a failure the banner tells no time: a person was what took it', () => {
  assert.match(
    told([{ type: 'build-failed', errors: [error], live: null }, ready])[1] ?? '',
    /^\n {2}zdr v0\.1\.0 {2}ready\n/,
  );
});

test('a crash and its respawn are one line', () => {
  assert.deepEqual(told([crashed(0), respawned]), ['T ✘ #7 crashed (SIGSEGV), respawned in 48 ms\n']);
});

test('a crash that something else follows is told first', () => {
  assert.deepEqual(told([crashed(0), crashed(null)]), [
    'T ✘ #7 crashed (SIGSEGV), respawning\n',
    'T ✘ #7 crashed (SIGSEGV), waiting for an edit\n',
  ]);
});

test('the same reason again is not shown again', () => {
  const once = failed({ tag: 'threw', error: threw });
  const writes = told([once, once, once, { type: 'drained', generation: 3, told: true }, once]);
  assert.deepEqual(writes.slice(1, 3), [
    'T ✘ #5 threw while booting, #3 keeps serving, as above (x2)\n',
    'T ✘ #5 threw while booting, #3 keeps serving, as above (x3)\n',
  ]);
  assert.equal(writes[4], writes[0]);
});

test('quiet tells problems only', () => {
  assert.deepEqual(
    told([ready, crashed(0), respawned, { type: 'drained', generation: 3, told: true }], { quiet: true }),
    ['T ✘ #7 crashed (SIGSEGV), respawned in 48 ms\n'],
  );
});

test('json is an event a line, with the time and without colours', () => {
  const [line = '', ...more] = told([{ type: 'build-failed', errors: [error], live: 3 }], { json: true });
  assert.deepEqual(more, []);
  assert.match(line, /^\{"time":"\d{4}-.*Z","type":"build-failed",.*\}\n$/);
  assert.doesNotMatch(line, /coloured/);
});

test('the key that forces is named where there are keys', () => {
  assert.match(
    told([{ type: 'stopping', open: [websocket] }], { interactive: true }).join(),
    /· press ctrl\+c again to force/,
  );
});

test('colours that a message brings along are no colours', () => {
  const plain = '✘ [ERROR] no\n\n    \u001b[31ma.ts:1:0:';
  const coloured = `\u001b[31m✘ [ERROR]\u001b[0m no\n\n    \u001b[31ma.ts:1:0:`;
  const [text = ''] = told([{ type: 'build-failed', errors: [{ ...error, plain, coloured }], live: 3 }], {
    coloured: true,
  });
  assert.ok(text.includes('\n    \\x1b[31ma.ts:1:0:'), text);
  assert.ok(!text.includes('\u001b'), text);
});

test('ASCII', () => {
  const text = told(
    [
      ready,
      { type: 'live', generation: 2, causes: ['/app/a.ts'], ms: 31 },
      { type: 'build-failed', errors: [error], live: 2 },
    ],
    { ascii: true },
  ).join('');
  assert.equal(Buffer.byteLength(text), text.length);
});
