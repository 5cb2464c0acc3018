import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { until, within } from '../support/deadline.js';
import { openProject, type Project, repository } from '../support/project.js';
import { noTerminal, Pty, zdrCommand } from '../support/pty.js';

// Standard input and output are the app's as they are under node: what they are, what comes, and in which order.

const zdr = join(repository, 'bin/zdr.js');
const kinds = `for (const name of ['stdin', 'stdout', 'stderr'])
  console.log(name, process[name].constructor.name, process[name].isTTY, process[name].fd, process[name].columns, process[name]._handle?.constructor.name);`;

const readers: Readonly<Record<string, string>> = {
  'for await': "let n = 0; for await (const part of process.stdin) n += part.length; console.log('read', n);",
  readline: `import { createInterface } from 'node:readline';
    let n = 0; for await (const line of createInterface({ input: process.stdin })) n += line.length; console.log('read', n);`,
  // First of all: `process.stdin` makes a pipe one that does not wait for what is written to it.
  readSync: `import { readFileSync } from 'node:fs'; const { length } = readFileSync(0);\n${kinds}\nconsole.log('read', length);`,
  'data, pause, end':
    "let n = 0; process.stdin.setEncoding('utf8').on('data', (part) => { n += part.length; process.stdin.pause(); setTimeout(() => process.stdin.resume(), 1); }).on('end', () => console.log('read', n));",
  nothing: "console.log('reads nothing');",
};

/** Starts node with these, and gives all that it writes. `end`: its input ends behind what is written. */
async function run(project: Project, args: readonly string[], input: string, out: 'pipe' | number): Promise<string> {
  const { NODE_TEST_CONTEXT: _context, NO_COLOR: _none, FORCE_COLOR: _force, ...env } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: project.dir,
    env: { ...env, TMPDIR: project.temp },
    stdio: ['pipe', out, 'pipe'],
  });
  child.stdin!.on('error', () => {});
  child.stdin!.end(input);
  let told = '';
  // zdr waits for an edit when the app has ended.
  child.stderr!.setEncoding('utf8').on('data', (part: string) => {
    told += part;
    if (/"type":"(done|boot-failed)"/.test(told)) child.kill('SIGTERM');
  });
  const [output] = await within(
    `${args.join(' ')}`,
    Promise.all([child.stdout ? text(child.stdout) : '', once(child, 'exit')]),
  );
  return output as string;
}

for (const [name, source] of Object.entries(readers))
  test(`input by a pipe, by ${name}: all of it, and its end`, async () => {
    const project = await openProject('script');
    try {
      await project.write('app.mjs', source.includes(kinds) ? source : `${kinds}\n${source}`);
      const input = `${'a line\n'.repeat(30_000)}the end`;
      const expected = await run(project, ['app.mjs'], input, 'pipe');
      assert.match(expected, /read(?:s nothing| \d+)\n$/);
      assert.equal(await run(project, [zdr, 'dev', 'app.mjs', '--json'], input, 'pipe'), expected);
    } finally {
      await project.close();
    }
  });

const much = `${kinds}
  for (let n = 0; n < 3_000; n += 1) { console.log('out', n, 'x'.repeat(80)); process.stdout.write('more ' + n + '\\n'); }
  setTimeout(() => { console.log('last'); LEAVE }, 20);`;

for (const kind of ['pipe', 'file'] as const)
  test(`much output to a ${kind}, then the end: all of it, in its order`, async () => {
    const project = await openProject('script');
    try {
      // What a pipe has not taken yet is lost with process.exit, under node as well; a file takes all of it at once.
      await project.write('app.mjs', much.replace('LEAVE', kind === 'file' ? 'process.exit();' : ''));
      const written = async (args: readonly string[]): Promise<string> => {
        if (kind === 'pipe') return run(project, args, '', 'pipe');
        const file = join(project.temp, 'output');
        const descriptor = openSync(file, 'w');
        try {
          await run(project, args, '', descriptor);
        } finally {
          closeSync(descriptor);
        }
        return readFileSync(file, 'utf8');
      };
      const expected = await written(['app.mjs']);
      assert.match(expected, /\nlast\n$/);
      assert.equal(await written([zdr, 'dev', 'app.mjs', '--json']), expected);
    } finally {
      await project.close();
    }
  });

test(
  'in a terminal: what the streams are, raw mode, its size; the mode is put back',
  { skip: noTerminal },
  async () => {
    const project = await openProject('script');
    const app = `${kinds}
    process.stdin.setRawMode(true);
    console.log('raw', process.stdin.isRaw, process.stdout.getWindowSize(), process.stdout.getColorDepth() > 0);
    process.stdin.on('data', (bytes) => { console.log('key', [...bytes].join()); if (bytes[0] === 113) { process.stdin.setRawMode(false); console.log('the app ends'); process.exit(0); } });
    console.log('reads');`;
    const typed = async (command: string): Promise<string> => {
      const pty = new Pty(project, command, { columns: 93 });
      try {
        let at = await pty.shows(/reads\n/);
        // A control character that the terminal itself would take if it were not raw, and no line end.
        for (const [key, shown] of [
          ['\u0004', /key 4\n/],
          ['é', /key 195,169\n/],
          ['q', /the app ends\n/],
        ] as const) {
          pty.type(key);
          at = await pty.shows(shown, at);
        }
        const screen = pty.plain();
        return screen.slice(screen.indexOf('stdin'), at);
      } finally {
        pty.kill();
      }
    };
    try {
      await project.write('app.mjs', app);
      const expected = await typed(`${process.execPath} app.mjs`);
      assert.equal(await typed(`${zdrCommand} dev app.mjs --quiet`), expected);
    } finally {
      await project.close();
    }
  },
);

test(
  "in a terminal, fs.readSync(0) beside zdr's keys: each line comes to one of the two",
  { skip: noTerminal },
  async () => {
    const project = await openProject('http');
    const app = `import { readSync } from 'node:fs';
      import { createServer } from 'node:http';
      const bytes = Buffer.alloc(100);
      const read = (): void => {
        const size = readSync(0, bytes);
        console.log('the app got', JSON.stringify(bytes.toString('latin1', 0, size)));
        setTimeout(read, 0);
      };
      createServer((_request, response) => response.end()).listen(0, () => setTimeout(read, 0));`;
    await project.write('src/app.ts', app);
    const pty = new Pty(project, `${zdrCommand} dev src/app.ts`);
    try {
      const begin = await pty.shows(/press h \+ enter to show help\n\n/);
      const got = (): number =>
        [
          ...pty
            .plain()
            .slice(begin)
            .matchAll(/the app got "h\\n"\n| h {2}show this help\n/g),
        ].length;
      for (let lines = 1; lines <= 10; lines += 1) {
        pty.type('h\n');
        await until(`somebody gets line ${lines}`, () => got() >= lines);
        assert.equal(got(), lines, pty.plain());
      }
    } finally {
      pty.kill();
      await project.close();
    }
  },
);
