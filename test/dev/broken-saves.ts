import assert from 'node:assert/strict';
import type { Seen } from '../support/zdr.js';

/** A save that cannot go live: `spoil` makes it of the good text of `file`, `seen` checks what is reported. */
export interface Broken {
  readonly file: string;
  readonly spoil: (text: string) => string;
  readonly seen: (event: Seen<'build-failed'> | Seen<'boot-failed'>) => void;
  /** False where no server at all is an app of its own kind. */
  readonly first?: false;
  /** It takes the whole time that is allowed: a short one here, which leaves enough for a good boot on a busy machine. */
  readonly boot?: '2s';
}

const message = (event: Seen): string => {
  assert.equal(event.type, 'build-failed');
  return event.errors.map(({ plain }) => plain).join('\n');
};
const reason = (event: Seen): Seen<'boot-failed'>['reason'] => {
  assert.equal(event.type, 'boot-failed');
  return event.reason;
};
const threw = (event: Seen): string => {
  const why = reason(event);
  assert.equal(why.tag, 'threw');
  return why.error.text;
};

/** Puts a line before the app listens. */
export const before =
  (line: string) =>
  (text: string): string =>
    text.replace('server.listen', `${line}\nserver.listen`);

/** By what is wrong. */
export const brokenSaves: Readonly<Record<string, Broken>> = {
  'a syntax error': {
    file: 'src/routes.ts',
    spoil: (text) => `${text}\nconst = ;\n`,
    seen: (event) => assert.match(message(event), /src\/routes\.ts:\d+:\d+[^]*const = ;/),
  },
  'a missing import': {
    file: 'src/routes.ts',
    spoil: (text) => `import './missing.ts';\n${text}`,
    seen: (event) => assert.match(message(event), /Could not resolve "\.\/missing\.ts"[^]*src\/routes\.ts:1:7/),
  },
  'a missing package': {
    file: 'src/routes.ts',
    spoil: (text) => `import 'no-such-package';\n${text}`,
    seen: (event) => assert.match(message(event), /Could not resolve "no-such-package"/),
  },
  'a broken tsconfig': {
    file: 'tsconfig.json',
    spoil: () => '{ "compilerOptions": ',
    seen: (event) => assert.match(message(event), /tsconfig\.json/),
  },
  'a throw': {
    file: 'src/app.ts',
    spoil: before("throw new TypeError('no database');"),
    seen: (event) =>
      assert.match(
        threw(event),
        /TypeError: no database\n[^]*src\/app\.ts:13:7\)?\n +13 │ throw new TypeError\('no database'\);\n +╵ {7}\^/,
      ),
  },
  'a rejected promise': {
    file: 'src/app.ts',
    spoil: before("await Promise.reject(new Error('no database', { cause: new Error('refused') }));"),
    seen: (event) => assert.match(threw(event), /Error: no database[^]*refused/),
  },
  'a promise that nobody handles': {
    file: 'src/app.ts',
    spoil: (text) => text.replace(/server\.listen.*/, "void Promise.reject(new Error('nobody cares'));"),
    seen: (event) => assert.match(threw(event), /nobody cares/),
  },
  'exit 0 at boot': {
    file: 'src/app.ts',
    spoil: before('process.exit(0);'),
    seen: (event) => assert.deepEqual(reason(event), { tag: 'exited', exit: { code: 0, signal: null } }),
    first: false,
  },
  'exit 1 at boot': {
    file: 'src/app.ts',
    spoil: before('process.exit(1);'),
    seen: (event) => assert.deepEqual(reason(event), { tag: 'exited', exit: { code: 1, signal: null } }),
  },
  'killed at boot': {
    file: 'src/app.ts',
    spoil: before("process.kill(process.pid, 'SIGKILL'); for (;;);"),
    seen: (event) => assert.deepEqual(reason(event), { tag: 'exited', exit: { code: null, signal: 'SIGKILL' } }),
  },
  'it never listens': {
    file: 'src/app.ts',
    spoil: (text) => text.replace(/server\.listen.*/, 'setInterval(() => {}, 1000);'),
    seen: (event) => assert.deepEqual(reason(event), { tag: 'silent', ms: 2000, blocked: false }),
    boot: '2s',
    first: false,
  },
  'an endless loop at boot': {
    file: 'src/app.ts',
    spoil: before('for (;;);'),
    seen: (event) => assert.deepEqual(reason(event), { tag: 'silent', ms: 2000, blocked: true }),
    boot: '2s',
  },
};
