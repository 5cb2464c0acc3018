import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../support/deadline.js';
import { openProject } from '../support/project.js';
import { Zdr, type ZdrOptions } from '../support/zdr.js';
import type { Where } from '../support/where.js';
import type { Live } from './journal.js';
import { Wire } from './wire.js';

/** The servers of the app, by the name that they answer with. */
export const servers = ['plain', 'brief', 'hasty', 'unix', 'secure', 'h2', 'h2c'] as const;
export type Server = (typeof servers)[number];

/** Their keep-alive time-outs, in ms. */
export const timeouts: Readonly<Record<Server, number>> = {
  plain: 5000,
  brief: 1000,
  hasty: 20_000,
  unix: 5000,
  secure: 5000,
  h2: Infinity,
  h2c: Infinity,
};

/** Those whose connections are over TLS. */
export const ciphered: ReadonlySet<Server> = new Set<Server>(['secure', 'h2']);

/** The app under zdr, and the edits of its one file. */
export interface Stage {
  readonly zdr: Zdr;
  /** Where zdr keeps its files. */
  readonly temp: string;
  readonly where: Readonly<Record<Server, Where>>;
  /** The versions as they were reported live, oldest first. */
  readonly lives: readonly Live[];
  /** One edit, until it is reported live. */
  roll(): Promise<void>;
  /** Edits with a pause of `least` to `most` ms behind each, until `ms` are over and there were `rollovers`. */
  rollFor(span: {
    readonly ms: number;
    readonly rollovers: number;
    readonly least: number;
    readonly most: number;
  }): Promise<void>;
  /** Stops zdr; gives what was wrong with its end. */
  close(): Promise<readonly string[]>;
}

/** Under `zdr start` an edit is followed by the signal for a reload. */
export async function openStage(
  options: Pick<ZdrOptions, 'command' | 'env' | 'args' | 'nodeArgs'> = {},
): Promise<Stage> {
  const project = await openProject('torture');
  const zdr = new Zdr(project, options);
  // Whatever ends this process, a deadline too, ends all that it started.
  process.once('exit', () => zdr.kill());
  const lives: Live[] = [];
  let version = 1;

  async function roll(): Promise<void> {
    version += 1;
    const live = await zdr.rollover(async () => {
      await project.version(version);
      if (options.command === 'start') zdr.signal('SIGUSR2');
    });
    lives.push({ version, at: live.at });
  }

  async function rollFor({ ms, rollovers, least, most }: Parameters<Stage['rollFor']>[0]): Promise<void> {
    const end = performance.now() + ms;
    for (let n = 0; n < rollovers || performance.now() < end; n++) {
      await roll();
      await wait(least + Math.random() * (most - least));
    }
  }

  async function close(): Promise<readonly string[]> {
    const crashes = zdr.all('crashed').map((event) => `crashed: ${JSON.stringify(event)}`);
    const cuts = zdr.all('cut-short').map((event) => `cut short: ${JSON.stringify(event.open)}`);
    const warnings = zdr.lines.filter((line) => /^\(node:\d+\)|Warning:|^\s+at /.test(line));
    const { code, signal } = await zdr.stop();
    const end = code === 0 || signal === 'SIGTERM' || code === 143 ? [] : [`ended with ${code ?? signal}`];
    await until('all processes end', () => zdr.processes().length === 0, 5000);
    await project.close();
    return [...crashes, ...cuts, ...warnings, ...end];
  }

  try {
    await zdr.event('ready');
    await zdr.until('all addresses', () => zdr.addresses.length === servers.length);
    const where = await find(
      zdr.addresses.map((address) => ('path' in address ? { path: project.path(address.path) } : address)),
      new Set(
        [...(zdr.all('ready')[0]?.addresses ?? []), ...zdr.all('listening').map(({ address }) => address)].flatMap(
          (address) => (address.protocol === 'https' && address.kind === 'tcp' ? address.port : []),
        ),
      ),
    );
    return { zdr, temp: project.temp, where, lives, roll, rollFor, close };
  } catch (error) {
    const story = zdr.story();
    zdr.kill();
    await project.close();
    throw new Error(story, { cause: error });
  }
}

/** `secret`: the ports where TLS is spoken. The server that knows no HTTP/1.1 is found by that. */
async function find(addresses: readonly Where[], secret: ReadonlySet<number>): Promise<Record<Server, Where>> {
  const found: Partial<Record<Server, Where>> = {};
  for (const where of addresses) {
    const wire = await Wire.open(where, 'port' in where && secret.has(where.port));
    const outcome = await wire.send();
    wire.close();
    if (outcome.tag === 'failed') found.h2c = where;
    else found[outcome.reply.headers.get('x-server') as Server] = where;
  }
  const missing = servers.filter((name) => found[name] === undefined);
  if (missing.length > 0) throw new Error(`no answer of ${missing.join()}`);
  return found as Record<Server, Where>;
}
