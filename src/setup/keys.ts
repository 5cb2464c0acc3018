import type { Loader, Plugin } from '../build/esbuild.js';
import { parseDuration } from './duration.js';
import type { Inspect } from '../options.js';
import type { Given } from './given.js';
import { inspectOf } from './inspect.js';

/** What the value of one key says, or how it is to be written instead. */
export type Check = (value: unknown) => Found | Refused;
export type Found = { -readonly [K in keyof Given]: Given[K] };

export interface Refused {
  /** What the value is, as the error says it: `no path`. */
  readonly is: string;
  readonly write: string;
}

/** The keys of a config, but for `esbuild`. */
export const keys: Readonly<Record<string, Check>> = {
  entry: text('entry', 'no path', "a path: 'src/app.ts'"),
  args: (value) => (isTexts(value) ? { args: value } : refuse('no list of strings', "a list: ['--port', '8080']")),
  workers: (value) =>
    value === 'max' || (Number.isInteger(value) && (value as number) >= 1 && (value as number) < 10_000)
      ? { workers: value as number | 'max' }
      : refuse('no number of workers', "1 or more, or 'max' for one on each core"),
  drain: (value) => time(value, (drain) => ({ drain })),
  boot: (value) => time(value, (boot) => (boot === 0 ? refuse('no time to boot in', "a time: '10s'") : { boot })),
  envFile: files(true),
  envFileIfExists: files(false),
  import: list('import', "a module, or a list of them: './instrument.js'"),
  require: list('require', "a module, or a list of them: 'dotenv/config'"),
  conditions: list('conditions', "a name, or a list of them: 'development'"),
  tsconfig: text('tsconfig', 'no path', "a path: 'tsconfig.build.json'"),
  watch: list('watch', "a glob, or a list of them: 'views/**'"),
  ignore: list('ignore', "a glob, or a list of them: '**/*.log'"),
  poll: (value) => {
    if (typeof value === 'boolean') return { poll: value ? POLL : null };
    return time(value, (poll) => (poll < 10 ? refuse('too often', "10 ms or more: '200ms'") : { poll }));
  },
  readyUrl: (value) =>
    typeof value === 'string' && isUrl(value) ? { readyUrl: value } : refuse('no path or URL', "a path: '/health'"),
  liveReload: truth('liveReload'),
  inspect: debug('inspect', 'run'),
  inspectBrk: debug('inspectBrk', 'break'),
  inspectWait: debug('inspectWait', 'wait'),
  ahead: truth('ahead'),
  timing: truth('timing'),
  quiet: truth('quiet'),
  json: truth('json'),
  color: truth('color'),
  onLive: (value) => (isFunction(value) ? { onLive: value } : refuse('no function', 'onLive(event) {}')),
  beforeReload: (value) =>
    isFunction(value) ? { beforeReload: value } : refuse('no function', 'async beforeReload({ causes }) {}'),
};

/** How often files are looked at, in ms, where nobody says it. */
export const POLL = 200;

const loaders = [
  'base64',
  'binary',
  'copy',
  'css',
  'dataurl',
  'default',
  'empty',
  'file',
  'js',
  'json',
  'jsx',
  'text',
  'ts',
  'tsx',
];

export const esbuildKeys: Readonly<Record<string, Check>> = {
  plugins: (value) =>
    Array.isArray(value) && value.every(isPlugin)
      ? { plugins: value }
      : refuse('no list of esbuild plugins', "it as [{ name: 'mine', setup(build) {} }]"),
  loader: (value) =>
    isRecord(value) &&
    Object.entries(value).every(([ending, name]) => isEnding(ending) && loaders.includes(String(name)))
      ? { loader: value as Record<string, Loader> }
      : refuse('no record of loaders', `it as { '.sql': 'text' }, with one of ${loaders.join(', ')}`),
  define: (value) =>
    isRecord(value) && Object.values(value).every((code) => typeof code === 'string')
      ? { define: value as Record<string, string> }
      : refuse('no record of strings', `it as { __VERSION__: '"1.0.0"' }`),
};

/** What `--ready-url` can be. */
export function isUrl(text: string): boolean {
  return /^\/|^https?:\/\/./.test(text) && URL.canParse(text, 'http://localhost');
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(is: string, write: string): Refused {
  return { is, write };
}

function text(key: 'entry' | 'tsconfig', is: string, write: string): Check {
  return (value) => (typeof value === 'string' && value !== '' ? { [key]: value } : refuse(is, write));
}

function truth(key: 'liveReload' | 'ahead' | 'timing' | 'quiet' | 'json' | 'color'): Check {
  return (value) => (typeof value === 'boolean' ? { [key]: value } : refuse('neither true nor false', 'true or false'));
}

function debug(as: string, start: Inspect['start']): Check {
  return (value) => {
    if (value === false) return {};
    const text = value === true ? '' : String(value);
    const address = ['boolean', 'number', 'string'].includes(typeof value) ? inspectOf(as, text) : null;
    return address === null || 'tag' in address
      ? refuse('no address', "true, a port: 9230, or an address: '127.0.0.1:9230'")
      : { inspect: { ...address, start } };
  };
}

function list(key: 'import' | 'require' | 'conditions' | 'watch' | 'ignore', write: string): Check {
  return (value) => {
    const all = typeof value === 'string' ? [value] : value;
    return isTexts(all) && !all.includes('') ? { [key]: all } : refuse('neither a string nor a list of them', write);
  };
}

function files(required: boolean): Check {
  return (value) => {
    const all = typeof value === 'string' ? [value] : value;
    return isTexts(all) && !all.includes('')
      ? { envFiles: all.map((path) => ({ path, required })) }
      : refuse('neither a path nor a list of them', "a path: '.env'");
  };
}

function time(value: unknown, found: (ms: number) => Found | Refused): Found | Refused {
  const duration = typeof value === 'number' ? parseDuration(`${value}ms`) : parseDuration(String(value));
  switch (duration.tag) {
    case 'ms':
      return found(duration.ms);
    case 'no-unit':
      return refuse('without a unit', `'${String(value)}s' or '${String(value)}ms'`);
    case 'too-long':
      return refuse('too long', 'at most 596h');
    case 'no-time':
      return refuse('no time', "a number of ms, or '500ms', '10s', '2m', '1h'");
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isFunction(value: unknown): value is (argument: unknown) => unknown {
  return typeof value === 'function';
}

function isPlugin(value: unknown): value is Plugin {
  return isRecord(value) && typeof value['name'] === 'string' && typeof value['setup'] === 'function';
}

function isEnding(text: string): boolean {
  return text.startsWith('.');
}
