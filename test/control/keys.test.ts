import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { until } from '../support/deadline.js';
import { get, request } from '../support/get.js';
import { keptFiles } from '../support/leftovers.js';
import { openProject, type Project } from '../support/project.js';
import { noTerminal, Pty, zdrCommand } from '../support/pty.js';
import type { Where } from '../support/where.js';

interface Scene {
  readonly project: Project;
  readonly pty: Pty;
}

interface Options {
  readonly command?: string;
  readonly before?: (project: Project) => Promise<void>;
}

/** Runs zdr in a terminal; afterwards nothing of it is left. */
async function inTerminal(
  { command = `${zdrCommand} dev src/app.ts`, before }: Options,
  body: (scene: Scene) => Promise<void>,
) {
  const project = await openProject('http', { ownModules: true });
  await before?.(project);
  const pty = new Pty(project, command);
  try {
    await body({ project, pty });
    await until('all processes end', () => pty.processes().length === 0);
    assert.deepEqual(
      keptFiles(project).filter((file) => !file.endsWith('.cache/zdr')),
      [],
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${pty.screen}\n${JSON.stringify(pty.processes())}`, { cause: error });
  } finally {
    pty.kill();
    await project.close();
  }
}

async function whereOf(pty: Pty): Promise<Where> {
  await pty.shows(/➜ {2}Entry[^\n]*\n/);
  const port = /Local +http:\/\/127\.0\.0\.1:(\d+)/.exec(pty.plain())?.[1];
  return { host: '127.0.0.1', port: Number(port) };
}

/** Quits by the key. */
async function quit(pty: Pty): Promise<void> {
  pty.type('q\n');
  await pty.shows(/■ stopped/);
  assert.equal(await pty.end, 0);
}

const options = { skip: noTerminal };

test('h, r, u, s, d, c, q and what means nothing', options, () =>
  inTerminal({}, async ({ pty }) => {
    let at = await pty.shows(/press h \+ enter to show help\n\n/);
    pty.type('h\n');
    at = await pty.shows(/ r {2}reload\n[^]* h {2}show this help\n/, at);
    pty.type('r\n');
    at = await pty.shows(/\d\d:\d\d:\d\d ↻ reload → #2 live in [\d.]+ m?s\n/, at);
    pty.type('\nxyz\nR \n');
    at = await pty.shows(/↻ reload → #3 live in [\d.]+ m?s\n/, at);
    pty.type('u\n');
    at = await pty.shows(/ ➜ {2}Local {3}http:\/\/127\.0\.0\.1:\d+\/\n/, at);
    pty.type('s\n');
    at = await pty.shows(/ zdr src\/app\.ts · pid \d+ · up [^]*#3 live [^]*#3 live in /, at);
    pty.type('d\n');
    at = await pty.shows(/ nothing drains\n/, at);
    pty.type('c\n');
    await until('the screen is cleared', () => pty.screen.includes('\u001b[2J\u001b[3J\u001b[H'));
    await quit(pty);
  }),
);

test('p collects saves, and builds them when it is pressed again', options, () =>
  inTerminal({}, async ({ project, pty }) => {
    const where = await whereOf(pty);
    pty.type('p\n');
    let at = await pty.shows(/◌ paused, saves wait\n/);
    await project.version(2);
    pty.type('s\n');
    // The watcher tells of the save in its own time.
    await until('the save is counted', async () => {
      at = await pty.shows(/ zdr src\/app\.ts [^\n]*\n/, at);
      if (/1 file saved/.test(pty.plain())) return true;
      pty.type('s\n');
      return false;
    });
    assert.equal((await get(where)).version, 1);
    pty.type('p\n');
    at = await pty.shows(/↻ watching → src\/version\.ts\n/, at);
    await pty.shows(/↻ src\/version\.ts → #2 live in [\d.]+ m?s\n/, at);
    assert.equal((await get(where)).version, 2);
    await quit(pty);
  }),
);

test('d ends what drains', options, () =>
  inTerminal({}, async ({ pty }) => {
    const where = await whereOf(pty);
    const slow = request(where, '/slow?ms=60000');
    await get(where);
    pty.type('r\n');
    const at = await pty.shows(/#2 live in [\d.]+ m?s\n/);
    pty.type('d\n');
    await pty.shows(/◌ #1 was told to end GET \/slow \([^)]+\)\n[^]*● #1 done\n/, at);
    assert.equal((await slow).tag, 'failed');
    await quit(pty);
  }),
);

const reader =
  "process.stdin.setEncoding('utf8').on('data', (text) => console.log(`app got ${JSON.stringify(text)}`));\n";

test('an app that reads standard input gets all of it, each generation in its turn', options, () =>
  inTerminal(
    {
      before: (project) =>
        project.edit(
          'src/app.ts',
          (text) =>
            `${text}${reader.replace('app got', 'app ${version} got')}import { version } from './version.ts';\n`,
        ),
    },
    async ({ project, pty }) => {
      await whereOf(pty);
      assert.doesNotMatch(pty.plain(), /press h/);
      pty.type('h\nq\n');
      await pty.shows(/app 1 got "h\\nq\\n"|app 1 got "h\\n"\n[^]*app 1 got "q\\n"/);
      await project.version(2);
      const at = await pty.shows(/#2 live/);
      pty.type('one\n');
      await pty.shows(/app 2 got "one\\n"/, at);
      assert.doesNotMatch(pty.plain(), /app 1 got "one/);
      // From here on the app reads no more, so the keys are zdr's.
      await project.edit('src/app.ts', (text) => text.replace(/process\.stdin\.setEncoding.*\n/, '\n'));
      await pty.shows(/#3 live/, at);
      await quit(pty);
    },
  ),
);

test(
  'an app that begins to read later takes the keyboard; to ask whether it is a terminal is not to read',
  options,
  () =>
    inTerminal(
      {
        before: (project) =>
          project.edit('src/routes.ts', (text) =>
            text.replace(
              "'/': (",
              `'/read': (_request, response) => { ${reader} response.end(); },\n'/tty': (_request, response) => response.end(String(process.stdin.isTTY)),\n'/': (`,
            ),
          ),
      },
      async ({ pty }) => {
        const where = await whereOf(pty);
        const answered = await request(where, '/tty');
        assert.ok(answered.tag === 'answered' && answered.answer.body.toString() === 'true');
        pty.type('r\n');
        await pty.shows(/#2 live/);
        await request(where, '/read');
        // The primary learns of it a moment later.
        await until('the app gets what is typed', () => {
          pty.type('x\n');
          return /app got "x/.test(pty.plain());
        });
        pty.type('q\n');
        await pty.shows(/app got "[^"]*q\\n"/);
        pty.type('\u0003');
        await pty.shows(/■ stopped/);
        await pty.end;
      },
    ),
);

const blockingReader =
  "const fs = require('node:fs'), room = Buffer.alloc(100); for (;;) console.log('child got ' + room.toString('utf8', 0, fs.readSync(0, room)));";

test('somebody else reads the same terminal: each line is read once, and zdr waits for none', options, () =>
  inTerminal(
    {
      // The app's child reads without a word to zdr, so both are woken by each line and one of them is late.
      before: (project) =>
        project.edit(
          'src/app.ts',
          (text) =>
            `import { spawn } from 'node:child_process';\n${text}\nspawn(process.execPath, ['-e', ${JSON.stringify(blockingReader)}], { stdio: 'inherit' });\n`,
        ),
    },
    async ({ pty }) => {
      const where = await whereOf(pty);
      const read = () => pty.plain().match(/show this help\n|child got h\n/g)?.length ?? 0;
      for (let line = 1; line <= 30; line++) {
        pty.type('h\n');
        await until(`line ${line} is read`, () => read() >= line);
        // A primary that waits for the terminal starts nothing, and knows no signal.
        assert.equal((await get(where)).version, 1);
      }
      assert.equal(read(), 30);
      pty.type('\u0003');
      await pty.shows(/■ stopped/);
      await pty.end;
    },
  ),
);

test('an app that is killed with the terminal in its own mode: the terminal is as it was', options, () =>
  inTerminal(
    {
      command: `trap : INT; ${zdrCommand} dev src/app.ts; stty -a; echo over`,
      before: (project) =>
        project.edit(
          'src/app.ts',
          (text) =>
            `${text}process.stdin.setRawMode(true).resume();\nsetTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);\n`,
        ),
    },
    async ({ pty }) => {
      await pty.shows(/crashed \(SIGKILL\), waiting for an edit\n/);
      // Without a mode of its own the terminal makes a signal of it again, and shows it. A second one would end zdr at once.
      await until('Ctrl-C is a signal', () => {
        if (!/\^C|stopped/.test(pty.plain())) pty.type('\u0003');
        return /■ stopped/.test(pty.plain());
      });
      await pty.shows(/over\n/);
      const mode = pty.plain();
      assert.match(mode, /\bicanon/);
      assert.match(mode, /\bisig/);
      assert.match(mode, /\becho /);
    },
  ),
);

test('zdr is killed while the app has the terminal in its own mode: the terminal is as it was', options, () =>
  inTerminal(
    {
      command: `before=$(stty -g); ${zdrCommand} dev src/app.ts; until [ "$(stty -g)" = "$before" ]; do :; done; echo over`,
      before: (project) =>
        project.edit(
          'src/app.ts',
          (text) =>
            // It does not end by itself, which would put the mode back.
            `${text}process.stdin.setRawMode(true).resume();\nsetTimeout(() => { process.kill(process.ppid, 'SIGKILL'); for (;;); }, 300);\n`,
        ),
    },
    async ({ pty }) => {
      await pty.shows(/over\n/);
      assert.equal(await pty.end, 0);
    },
  ),
);

const shell = 'bash --norc --noprofile -i';

test('Ctrl-Z stops all, clients wait, and fg goes on; in the background it leaves the keyboard alone', options, () =>
  inTerminal({ command: shell }, async ({ pty }) => {
    pty.type(`PS1='ready> '; ${zdrCommand} dev src/app.ts\n`);
    const where = await whereOf(pty);
    pty.type('\u001a');
    let at = await pty.shows(/■ suspended, clients wait · fg continues\n[^]*Stopped[^]*ready> /);
    const stopped = pty.processes().filter(({ command }) => /zdr\.js|worker\/main/.test(command));
    assert.ok(stopped.length >= 2);
    // A process that waits for a processor is stopped when it gets one, before it does anything with it.
    const isStopped = (pid: number): boolean =>
      / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\)/, ')'));
    for (const { pid, command } of stopped) await until(`the stop of ${command}`, () => isStopped(pid));
    let answered = false;
    const answer = get(where).then((body) => {
      answered = true;
      return body;
    });
    pty.type('echo $((6 * 7))\n');
    at = await pty.shows(/42\nready> /, at);
    assert.equal(answered, false);
    pty.type('fg\n');
    at = await pty.shows(/↻ goes on after [\d.]+ m?s\n/, at);
    assert.equal((await answer).version, 1);
    pty.type('r\n');
    at = await pty.shows(/#2 live/, at);

    pty.type('\u001a');
    at = await pty.shows(/suspended[^]*ready> /, at);
    pty.type('bg\n');
    at = await pty.shows(/goes on after/, at);
    pty.type('echo $((7 * 7))\n');
    at = await pty.shows(/49\n/, at);
    assert.equal((await get(where)).version, 1);
    pty.type('jobs\n');
    at = await pty.shows(/Running/, at);
    pty.type('fg\n');
    at = await pty.shows(/zdr\.js dev src\/app\.ts\n/, at);
    // It finds out by itself that it is in front again.
    pty.type('h\n');
    at = await pty.shows(/show this help\n/, at);
    pty.type('q\n');
    at = await pty.shows(/■ stopped\n/, at);
    pty.type('exit\n');
    await pty.end;
  }),
);

test('no shell waits for it (a container): the terminal stop is ignored, as the system does', () =>
  withApp('http', async ({ zdr }) => {
    // Its process group is orphaned: its parent, this test, is in another session.
    zdr.signal('SIGTSTP');
    await zdr.rollover(async () => zdr.signal('SIGUSR2'));
    assert.equal((await get(zdr.where)).version, 1);
    assert.deepEqual(zdr.all('suspended'), []);
  }));

test('started in the background it serves, and does not stop at the first key', options, () =>
  inTerminal({ command: shell }, async ({ pty }) => {
    pty.type(`PS1='ready> '; ${zdrCommand} dev src/app.ts &\n`);
    const where = await whereOf(pty);
    assert.doesNotMatch(pty.plain(), /press h/);
    let at = pty.plain().length;
    pty.type('echo $((6 * 7))\n');
    at = await pty.shows(/42\n/, at);
    assert.equal((await get(where)).version, 1);
    pty.type('kill %1\n');
    await pty.shows(/■ stopped\n/, at);
    pty.type('exit\n');
    await pty.end;
  }),
);
