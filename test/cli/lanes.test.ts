import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit, piece } from '../../dist/cli/columns.js';
import { columnsOf } from '../../dist/columns.js';
import { chooseGlyphs } from '../../dist/cli/glyphs.js';
import { type Lane, look, MARKS } from '../../dist/cli/lanes.js';
import { createPaint } from '../../dist/cli/paint.js';
import { picture } from '../../dist/cli/picture.js';
import { statusLines } from '../../dist/cli/status-lines.js';
import type { GenerationState, GenerationStatus, Status } from '../../dist/status.js';

const view = {
  cwd: '/app',
  coloured: false,
  paint: createPaint(false),
  glyphs: chooseGlyphs({ LANG: 'C.UTF-8' }, 'linux'),
};

function generation(id: number, state: GenerationState, requests: number, open = 0): GenerationStatus {
  const sockets = { request: open, idle: 0, websocket: 0, events: 0, session: 0, raw: 0, carried: 0 };
  const listed = Array.from({ length: open }, (_, n) => ({
    tag: 'request' as const,
    method: 'GET',
    path: `/a/path/that/goes/on/and/on/and/on/and/on/and/on/${n}?token=1`,
    age: 1_000 * n,
  }));
  const usage = {
    delay: 0.4,
    busy: 1,
    requests,
    served: requests - open,
    underWay: open,
    open: listed,
    sockets,
    rss: 1,
  };
  return {
    id,
    state,
    age: 12_345,
    workers: [{ pid: 1_000 + id, state, memory: { rss: 88_080_384, pss: 31_457_280 }, usage }],
  };
}

function status(generations: readonly GenerationStatus[]): Status {
  return {
    pid: 4711,
    entry: '/app/src/app.ts',
    cwd: '/app',
    uptime: 724_000,
    addresses: [{ kind: 'tcp', protocol: 'http', host: '::', port: 3000 }],
    watching: { tag: 'paused', saved: 3 },
    ahead: 'at rest',
    generations,
    standbys: [],
    builds: [
      {
        time: '2026-01-01T12:00:00.000Z',
        causes: ['/app/src/\u001b[31mred/用户用户用户用户用户用户用户用户用户.ts', '/app/b.ts'],
        generation: 2,
        outcome: 'live',
        build: 8,
        modules: null,
        live: 31,
      },
    ],
    fallbacks: [{ name: 'late answers end their connection', worker: 1_002 }],
  };
}

/** The lanes after these looks, one a bucket. */
function lanesOf(...looks: readonly (readonly GenerationStatus[])[]): readonly Lane[] {
  return looks.reduce<readonly Lane[]>((lanes, generations, at) => look(lanes, generations, at), []);
}

test('a lane has what began between two looks, and nothing of what was before the first', () => {
  const [lane] = lanesOf(
    [generation(1, 'live', 500)],
    [generation(1, 'live', 510)],
    [generation(1, 'live', 510)],
    [generation(1, 'live', 514)],
  );
  assert.deepEqual(
    [...(lane?.marks ?? [])].map(([at, { requests }]) => [at, requests]),
    [
      [0, 0],
      [1, 10],
      [2, 0],
      [3, 4],
    ],
  );
});

test('a generation that is gone stays for a minute, the newest first', () => {
  const both = [generation(1, 'draining', 5, 1), generation(2, 'live', 3)];
  const lanes = lanesOf([generation(1, 'live', 5)], both, [generation(2, 'live', 9)]);
  assert.deepEqual(
    lanes.map(({ id, now }) => [id, now?.state]),
    [
      [2, 'live'],
      [1, undefined],
    ],
  );
  assert.deepEqual(
    look(lanes, [generation(2, 'live', 9)], MARKS + 2).map(({ id }) => id),
    [2],
  );
});

test('a look that comes a little late leaves no hole', () => {
  const first = look([], [generation(1, 'live', 0)], 0);
  const [lane] = look(first, [generation(1, 'live', 7)], 2);
  assert.equal(lane?.marks.get(1)?.requests, 0);
  assert.equal(lane.marks.get(2)?.requests, 7);
});

for (const width of [40, 60, 80, 200])
  test(`nothing is wider than ${width} columns or steers the terminal`, () => {
    const now = status([generation(1, 'draining', 5_000_000, 9), generation(2, 'live', 123_456)]);
    const lanes = lanesOf([generation(1, 'live', 0)], now.generations);
    const shown = picture(now, lanes, 1, view, { width, height: 16 });
    assert.ok(shown.length <= 16);
    for (const line of [...shown, ...statusLines(now, view, width)]) {
      assert.ok(columnsOf(line) <= width, line);
      // eslint-disable-next-line no-control-regex -- it is what must not be there
      assert.doesNotMatch(line, /[\u0000-\u001f]/);
      assert.doesNotMatch(line, /token/);
    }
  });

test('a screen of a few lines shows the lanes', () => {
  const now = status([generation(2, 'live', 1)]);
  const shown = picture(now, lanesOf(now.generations), 0, view, { width: 80, height: 5 });
  assert.ok(shown.length <= 5);
  assert.match(shown[2] ?? '', /#2 live/);
});

test('where the terminal is not UTF-8 all of it is ASCII', () => {
  const plain = { ...view, glyphs: chooseGlyphs({ LANG: 'C' }, 'linux') };
  const before = [generation(1, 'live', 0), generation(2, 'live', 0)];
  const now = { ...status([generation(1, 'draining', 8, 1), generation(2, 'live', 5)]), builds: [] };
  const lanes = lanesOf(before, now.generations);
  for (const line of [...picture(now, lanes, 1, plain, { width: 80, height: 24 }), ...statusLines(now, plain, 80)])
    assert.match(line, /^[ -~]*$/);
});

test('columns: wide characters count twice, marks not at all', () => {
  assert.equal(columnsOf('abc'), 3);
  assert.equal(columnsOf('用户'), 4);
  assert.equal(columnsOf('e\u0301'), 1);
  assert.equal(columnsOf('🚀'), 2);
  assert.equal(fit([piece('用户用户')], 6, '…', view.paint), '用户…');
  assert.equal(fit([piece('abc'), piece('def')], 5, '…', view.paint), 'abcd…');
});
