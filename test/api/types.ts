import {
  defineConfig,
  dev,
  type Reloaded,
  type Status,
  type Zdr,
  type ZdrConfig,
  type ZdrError,
  type ZdrEvent,
} from '../../dist/index.js';
import type { Plugin } from 'esbuild';

/** Compiled, never run: what the types let through and what they do not. */

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_equal: Equal<A, B>): void {}

declare const zdr: Zdr;
declare const plugin: Plugin;

export async function types(): Promise<void> {
  zdr.on('live', (event) => same<typeof event, Extract<ZdrEvent, { type: 'live' }>>(true));
  zdr.on('live', ({ generation, ms, causes }) => {
    same<typeof generation, number>(true);
    same<typeof ms, number>(true);
    same<typeof causes, readonly string[]>(true);
  });
  zdr.on('*', (event) => same<typeof event, ZdrEvent>(true));
  // @ts-expect-error no such event
  zdr.on('lives', () => {});
  const off = zdr.on('stopped', ({ forced }) => same<typeof forced, boolean>(true));
  same<typeof off, () => void>(true);

  const reloaded = await zdr.reload();
  same<typeof reloaded, Reloaded>(true);
  if (reloaded.tag === 'failed' && reloaded.event.type === 'build-failed') reloaded.event.errors[0]?.plain.trim();
  const status = await zdr.status();
  same<typeof status, Status>(true);
  const ready = await zdr.ready();
  same<typeof ready.type, 'ready'>(true);
  await zdr.close({ force: true });

  await dev();
  await dev({ entry: 'a.ts', cwd: '/', config: false, signal: AbortSignal.timeout(1) });
  // @ts-expect-error only for people at a terminal
  await dev({ json: true });
  // @ts-expect-error not a key
  await dev({ drian: 1 });

  defineConfig({
    workers: 'max',
    drain: '1.5s',
    boot: 500,
    watch: ['views/**'],
    poll: true,
    esbuild: { plugins: [plugin], loader: { '.sql': 'text' }, define: { V: '1' } },
    onLive: ({ generation }) => same<typeof generation, number>(true),
    beforeReload: async ({ causes }) => same<typeof causes, readonly string[]>(true),
  });
  defineConfig(({ command }) => ({ workers: command === 'dev' ? 1 : 'max' }));
  defineConfig(async () => ({ entry: 'a.ts' }));
  // @ts-expect-error no unit
  defineConfig({ drain: '10' });
  // @ts-expect-error not a key
  defineConfig({ drian: 1 });
  // @ts-expect-error not a loader
  defineConfig({ esbuild: { loader: { '.sql': 'sql' } } });
  const config: ZdrConfig = {};
  // @ts-expect-error read only
  config.entry = 'b.ts';

  try {
    await dev();
  } catch (error) {
    same<(typeof error & ZdrError)['code'], 'ERR_ZDR_OPTIONS' | 'ERR_ZDR_CLOSED'>(true);
  }
}
