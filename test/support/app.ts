import assert from 'node:assert/strict';
import { keptFiles } from './leftovers.js';
import { openProject, type Project } from './project.js';
import { Zdr, type ZdrOptions } from './zdr.js';

export interface App {
  readonly project: Project;
  readonly zdr: Zdr;
}

interface Options extends ZdrOptions {
  readonly ownModules?: boolean;
  readonly beside?: string;
  /** Changes the copy of the fixture before zdr starts; may say more about how it is started. */
  readonly before?: (project: Project) => Promise<ZdrOptions | void>;
  /** Whether to wait for the first generation; with false `body` begins at once. */
  readonly ready?: boolean;
  /** Node may warn: the test looks at all that is written. */
  readonly warns?: boolean;
}

/**
 * Runs a copy of a fixture under `zdr dev`, then `body`, then stops it: every test ends with the check that a stop is
 * graceful, that nothing is left behind and that Node had nothing to warn of.
 */
export async function withApp(fixture: string, body: (app: App) => Promise<void>): Promise<void>;
export async function withApp(fixture: string, options: Options, body: (app: App) => Promise<void>): Promise<void>;
export async function withApp(
  fixture: string,
  first: Options | ((app: App) => Promise<void>),
  second?: (app: App) => Promise<void>,
): Promise<void> {
  const [options, body] = typeof first === 'function' ? [{}, first] : [first, second!];
  const project = await openProject(fixture, options);
  const kept = new Set(keptFiles(project));
  const more = await options.before?.(project);
  const zdr = new Zdr(project, { ...options, ...more });
  try {
    if (options.ready !== false) await firstReady(zdr);
    await body({ project, zdr });
    // A test that ends zdr itself says how it should end.
    const ended = await zdr.stop();
    if (zdr.all('stopping').length > 0 && ended.signal === null)
      assert.notEqual(ended.code, 1, 'exit code of the stop');
    await nothingLeft({ project, zdr }, kept);
    if (options.warns !== true) noWarnings(zdr);
  } catch (error) {
    const story = zdr.story();
    zdr.kill();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${story}`, { cause: error });
  } finally {
    await project.close();
  }
}

/** An app that fails at its first start is not worth the whole wait. */
async function firstReady(zdr: Zdr): Promise<void> {
  await zdr.until('ready', () => zdr.now() > 0);
  assert.deepEqual([...zdr.all('build-failed'), ...zdr.all('boot-failed')], [], 'the first start fails');
  await zdr.event('ready');
}

/** All processes of zdr and of the app end behind zdr itself, and their files go with them. */
async function nothingLeft({ project, zdr }: App, before: ReadonlySet<string>): Promise<void> {
  await zdr.gone();
  const left = keptFiles(project).filter((file) => !before.has(file));
  assert.deepEqual(left, [], 'files left behind');
}

function noWarnings(zdr: Zdr): void {
  const warnings = zdr.lines.filter((line) => /^\(node:\d+\)|Warning:/.test(line));
  assert.deepEqual(warnings, [], 'warnings of Node');
}
