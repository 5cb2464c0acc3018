import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { command } from '../support/command.js';
import { gateOf } from '../support/gate.js';
import { request } from '../support/get.js';
import { startLoad } from '../support/load.js';
import { noTerminal, Pty, zdrCommand } from '../support/pty.js';

const options = { skip: noTerminal };
const GIVEN_BACK = '\u001b[?25h\u001b[?1049l';

for (const columns of [60, 80, 200])
  test(`zdr status --watch on ${columns} columns: the new generation takes over, the old one drains`, options, () =>
    withApp('http', async ({ project, zdr }) => {
      const load = startLoad(zdr.where, 'keep-alive', 2, 20);
      const pty = new Pty(project, `${zdrCommand} status --watch; stty -a`, { columns });
      try {
        await pty.shows(/#1 live +[^\n]*[▁▂▃▄▅▆▇█][^\n]* \d+\/s/);
        const gate = gateOf(project);
        void request(zdr.where, gate.path);
        await pty.shows(/#1 {3,}[\d.]+ m?s {2}GET \/slow/);
        await zdr.rollover(() => project.version(2));
        await pty.shows(/#2 live +[^\n]*[▁▂▃▄▅▆▇█][^\n]*\n[^\n]*#1 draining [^\n]*╌[^\n]* 1 open/);
        await gate.open();
        await zdr.event('drained', { generation: 1 });
        await pty.shows(/#2 live [^\n]*\n[^\n]*#1 gone /);
        for (const line of pty.plain().split('\n')) assert.ok(line.length <= columns, line);
        pty.type('q');
        assert.equal(await pty.end, 0);
        assert.ok(pty.screen.includes(GIVEN_BACK));
        assert.match(pty.plain(), /\bicanon/);
        assert.match(pty.plain(), /\becho /);
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${pty.plain()}`, { cause: error });
      } finally {
        pty.kill();
        await load.stop();
      }
    }),
  );

for (const [name, leave] of [
  ['Ctrl-C', (pty: Pty) => pty.type('\u0003')],
  [
    'SIGTERM',
    (pty: Pty) => {
      for (const { pid, command: line } of pty.processes())
        if (/^\S+ \S+zdr\.js status/.test(line)) process.kill(pid, 'SIGTERM');
    },
  ],
] as const)
  test(`${name}: the terminal is given back, and the instance goes on`, options, () =>
    withApp('http', async ({ project }) => {
      const pty = new Pty(project, `trap : INT; ${zdrCommand} status --watch; stty -a`);
      try {
        await pty.shows(/#1 live /);
        leave(pty);
        await pty.shows(/\bicanon[^]*\becho /);
        assert.ok(pty.screen.includes(GIVEN_BACK));
        await pty.end;
        assert.equal((await command(project, ['status'])).code, 0);
      } finally {
        pty.kill();
      }
    }),
  );

test('the instance ends: the terminal is given back, and it is said', options, () =>
  withApp('http', async ({ project, zdr }) => {
    const pty = new Pty(project, `${zdrCommand} status --watch`);
    try {
      await pty.shows(/#1 live /);
      zdr.signal('SIGTERM');
      await pty.shows(/✘ zdr \(pid \d+\) is gone\n/);
      assert.equal(await pty.end, 1);
    } finally {
      pty.kill();
    }
  }),
);

test('no terminal: wrong usage', () =>
  withApp('http', async ({ project }) => {
    const { code, stderr } = await command(project, ['status', '--watch']);
    assert.equal(code, 2);
    assert.match(stderr, /^✘ --watch needs a terminal\n/);
  }));
