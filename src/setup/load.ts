import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { openBundles } from '../build/bundles.js';
import { openBuilder, type Builder } from '../build/builder.js';
import type { Plugin } from '../build/esbuild.js';
import type { BuildOutcome } from '../build/outcome.js';
import type { ConfigContext } from './config.js';
import type { Inputs } from '../watch/inputs.js';
import { shownPath } from './paths.js';
import { wrong, type Wrong } from './wrong.js';
import { CODE } from '../code.js';

/** A config file, evaluated. */
export type Loaded = {
  /** What it read: another content of these is another config. */
  readonly inputs: Inputs;
} & (
  | {
      readonly tag: 'loaded';
      /** What it exports as default, or what that function gives. */ readonly value: unknown;
      readonly hash: string;
    }
  | { readonly tag: 'refused'; readonly wrong: Wrong }
);

/** How long a config file may take, in ms. */
const PATIENCE = 10_000;

/** `import { defineConfig } from 'zdr'` works wherever zdr lies, and is not a second zdr. */
const self: Plugin = {
  name: 'zdr-config',
  setup(build) {
    build.onResolve({ filter: /^zdr$/ }, () => ({ path: 'zdr', namespace: 'zdr-config' }));
    build.onLoad({ filter: /.*/, namespace: 'zdr-config' }, () => ({
      contents: 'export const defineConfig = (config) => config;',
    }));
  },
};

/** Builds and imports a config file. Nothing stays on the disk. Never rejects. */
export async function loadConfig(file: string, root: string, cwd: string, context: ConfigContext): Promise<Loaded> {
  const folder = join(tmpdir(), `zdr-config-${randomUUID()}`);
  const bundles = openBundles(folder);
  const extra = { plugins: [self], loader: {}, define: {} };
  const builder = openBuilder({ entry: file, root, cwd, bundles, envFiles: [], extra });
  try {
    return await evaluate(builder, shownPath(file, cwd), context);
  } finally {
    await builder.close();
    await bundles.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function evaluate(builder: Builder, name: string, context: ConfigContext): Promise<Loaded> {
  const outcome = await builder.build();
  const inputs = await outcome.inputs;
  if (outcome.tag === 'failed') return { tag: 'refused', inputs, wrong: broken(outcome, name) };
  const { file, hash } = outcome.bundle;
  const before = process.sourceMapsEnabled;
  process.setSourceMapsEnabled(true);
  try {
    const value = await inTime(configIn(file, context));
    if (value === late)
      return {
        tag: 'refused',
        inputs,
        wrong: about(`${name} did not end within 10 s`, 'it waits for something at its top level'),
      };
    return { tag: 'loaded', value, hash, inputs };
  } catch (error) {
    const required: unknown = error instanceof Error && 'required' in error ? error.required : undefined;
    if (typeof required === 'string' && builder.keepStatic(required)) return await evaluate(builder, name, context);
    return { tag: 'refused', inputs, wrong: threw(error, name) };
  } finally {
    process.setSourceMapsEnabled(before);
  }
}

async function configIn(file: string, context: ConfigContext): Promise<unknown> {
  const value = defaultOf((await import(pathToFileURL(file).href)) as { readonly default?: unknown });
  return typeof value === 'function' ? ((await value(context)) as unknown) : value;
}

const late = Symbol('late');

async function inTime<T>(work: Promise<T>): Promise<T | typeof late> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), PATIENCE);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Of CommonJS, `module.exports`; of what a compiler made of an ES module, its default. */
function defaultOf(module: { readonly default?: unknown }): unknown {
  const { default: value } = module;
  return typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value
    ? value.default
    : value;
}

function broken({ errors }: Extract<BuildOutcome, { tag: 'failed' }>, name: string): Wrong {
  const detail = errors.map(({ plain }) => plain).join('\n\n');
  return { ...about(`${name} cannot be built`, ''), detail };
}

/** Where zdr itself lies, as frames of ES modules and of CommonJS name it: its own say nothing to a person. */
const own = [CODE, new URL('../bin/', CODE)].flatMap((folder) => [folder.href, fileURLToPath(folder)]);

/** What the person's code threw. `stack`: as node would print it. */
function threw(error: unknown, name: string): Wrong {
  const lines = inspect(error).split('\n');
  const detail = lines
    .filter((line) => !/^\s+at .*node:internal/.test(line) && !own.some((folder) => line.includes(folder)))
    .join('\n');
  return { ...about(`${name} threw`, ''), detail };
}

function about(message: string, hint: string): Wrong {
  return wrong(message, hint, 'config');
}
