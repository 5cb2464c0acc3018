import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { until } from '../support/deadline.js';
import { request } from '../support/get.js';
import { openProject, type Project } from '../support/project.js';
import { noTerminal, Pty, zdrCommand } from '../support/pty.js';

interface Options {
  readonly before: (project: Project) => Promise<void>;
  readonly command?: string;
  readonly env?: Readonly<Record<string, string>>;
}

async function inTerminal(
  { before, command = 'dev src/app.ts', env = {} }: Options,
  body: (pty: Pty, project: Project) => Promise<void>,
) {
  const project = await openProject('http', { ownModules: true });
  await before(project);
  const pty = new Pty(project, `${zdrCommand} ${command}`, { env });
  try {
    await body(pty, project);
    if (!/■ stopped/.test(pty.plain())) pty.type('\u0003');
    await pty.shows(/(■|=) stopped/);
    await until('all processes end', () => pty.processes().length === 0, 5_000);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${JSON.stringify(pty.screen)}`, { cause: error });
  } finally {
    pty.kill();
    await project.close();
  }
}

const options = { skip: noTerminal };

const slowBoot = (project: Project) =>
  project.edit('src/app.ts', (text) =>
    text.replace('server.listen', 'await new Promise((resolve) => setTimeout(resolve, 2_500));\nserver.listen'),
  );

/** All that was written between the last of these labels and this text: the label is taken away first. */
function isErasedBefore(screen: string, label: string, text: string): void {
  const from = screen.lastIndexOf(label) + label.length;
  const between = screen.slice(from, screen.indexOf(text, from));
  // eslint-disable-next-line no-control-regex -- it is what is looked for
  assert.match(between, /\u001b7\u001b\[\d+G\u001b\[K\u001b8/);
}

test('a boot that takes long shows so at the right end, and nothing of it stays', options, () =>
  inTerminal({ before: slowBoot }, async (pty) => {
    await pty.shows(/◌ #1 boots \d s/);
    let at = await pty.shows(/ready in /);
    isErasedBefore(pty.screen, '#1 boots', 'ready in');
    pty.type('r\n');
    at = await pty.shows(/◌ #2 boots \d s/, at);
    await pty.shows(/#2 live/, at);
    isErasedBefore(pty.screen, '#2 boots', '#2 live');
  }),
);

test('a build that takes long, and a stop that waits for a request', options, () =>
  inTerminal(
    {
      before: (project) =>
        project.write(
          'zdr.config.js',
          `const slow = { name: 'slow', setup(build) { build.onStart(() => new Promise((resolve) => setTimeout(resolve, 1_500))); } };
          export default { esbuild: { plugins: [slow] } };\n`,
        ),
    },
    async (pty) => {
      await pty.shows(/◌ building \d s/);
      await pty.shows(/ready in [^]*Entry/);
      const port = Number(/Local +http:\/\/127\.0\.0\.1:(\d+)/.exec(pty.plain())?.[1]);
      const slow = request({ host: '127.0.0.1', port }, '/slow?ms=2500');
      await until('the request is open', async () => {
        pty.type('s\n');
        return /GET \/slow/.test(pty.plain());
      });
      pty.type('\u0003');
      await pty.shows(/■ stopping, 1 request open/);
      await pty.shows(/◌ stopping \d s/);
      assert.equal((await slow).tag, 'answered');
    },
  ),
);

for (const [name, env, pattern] of [
  ['a dumb terminal', { TERM: 'dumb' }, /ready in /],
  ['a terminal of CI', { CI: 'true' }, /ready in /],
] as const)
  test(`${name} gets lines only`, options, () =>
    inTerminal({ before: slowBoot, env }, async (pty) => {
      await pty.shows(pattern);
      assert.doesNotMatch(pty.screen, /boots|\u001b7/); // eslint-disable-line no-control-regex -- as above
    }),
  );

test('zdr reload shows that it goes on, too', options, () =>
  withApp('http', { ownModules: true, before: slowBoot }, async ({ project }) => {
    const pty = new Pty(project, `${zdrCommand} reload`);
    try {
      await pty.shows(/◌ reloading \d s[^]*#2 live in/);
      isErasedBefore(pty.screen, '◌ reloading', '#2 live');
      assert.equal(await pty.end, 0);
    } finally {
      pty.kill();
    }
  }),
);
