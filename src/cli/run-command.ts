import { parseDuration } from './durations.js';
import type { FlagName } from './flags.js';
import type { GivenOption, Words } from './words.js';
import { wrong, type Wrong } from './wrong.js';

/** `zdr dev` or `zdr start`. Times in ms. */
export interface RunCommand {
  readonly tag: 'dev' | 'start';
  readonly entry: string | null;
  readonly args: readonly string[];
  readonly workers: number | 'max';
  readonly drain: number;
  readonly boot: number;
  readonly envFiles: readonly { readonly path: string; readonly required: boolean }[];
  readonly execArgv: readonly string[];
  readonly conditions: readonly string[];
  readonly tsconfig: string | null;
  readonly watch: readonly string[];
  readonly ignore: readonly string[];
  readonly poll: number | null;
  readonly readyUrl: string | null;
  readonly liveReload: boolean;
  readonly ahead: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

const defaults = {
  dev: { workers: 1, drain: 600_000, ahead: true },
  start: { workers: 'max', drain: 30_000, ahead: false },
  boot: 10_000,
  poll: 200,
} as const;

/** Options that only one of the two has. */
const own: Readonly<Partial<Record<FlagName, RunCommand['tag']>>> = {
  watch: 'dev',
  ignore: 'dev',
  poll: 'dev',
  'live-reload': 'dev',
  'no-ahead': 'dev',
  'ready-url': 'start',
};

/** The command that the options make, or what is wrong with one of them. */
export function runCommand(
  tag: RunCommand['tag'],
  { options, args }: Words,
  [entry, extra]: readonly string[],
): RunCommand | Wrong {
  if (extra !== undefined)
    return wrong(`unexpected argument ${extra}`, `arguments of the app go after --: zdr ${tag} ${entry} -- ${extra}`);
  const command = {
    tag,
    entry: entry ?? null,
    args: [...args],
    workers: defaults[tag].workers as number | 'max',
    drain: defaults[tag].drain as number,
    boot: defaults.boot as number,
    envFiles: [] as { path: string; required: boolean }[],
    execArgv: [] as string[],
    conditions: [] as string[],
    tsconfig: null as string | null,
    watch: [] as string[],
    ignore: [] as string[],
    poll: null as number | null,
    readyUrl: null as string | null,
    liveReload: false,
    ahead: defaults[tag].ahead as boolean,
    quiet: false,
    json: false,
  };
  for (const option of options) {
    const only = own[option.name];
    if (only !== undefined && only !== tag) return misplaced(option, only);
    const refused = apply(option, command);
    if (refused !== null) return refused;
  }
  return command;
}

function misplaced({ name, as }: GivenOption, only: RunCommand['tag']): Wrong {
  if (only === 'start')
    return wrong(`${as} is an option of zdr start`, 'under zdr dev an app is ready once it listens');
  return wrong(
    `${as} is an option of zdr dev`,
    name === 'no-ahead'
      ? 'zdr start loads nothing ahead'
      : name === 'live-reload'
        ? 'zdr start adds nothing to pages'
        : 'zdr start does not watch; zdr reload rolls over',
  );
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

/** One option into the command. The last one wins, lists grow. */
function apply({ name, as, value }: GivenOption, command: Mutable<RunCommand>): Wrong | null {
  const text = value ?? '';
  switch (name) {
    case 'workers':
      if (text !== 'max' && !/^[1-9]\d{0,3}$/.test(text))
        return wrong(`${as} ${text} is no number of workers`, `write ${as} 4, or ${as} max for one on each core`);
      command.workers = text === 'max' ? text : Number(text);
      return null;
    case 'drain':
    case 'boot': {
      const ms = time(as, text);
      if (typeof ms !== 'number') return ms;
      if (name === 'boot' && ms === 0)
        return wrong('--boot 0s leaves the app no time to boot', 'the default is --boot 10s');
      command[name] = ms;
      return null;
    }
    case 'env-file':
    case 'env-file-if-exists':
      command.envFiles.push({ path: text, required: name === 'env-file' });
      return null;
    case 'conditions':
      command.conditions.push(text);
      command.execArgv.push(`--conditions=${text}`);
      return null;
    case 'import':
    case 'require':
      command.execArgv.push(`--${name}=${text}`);
      return null;
    case 'tsconfig':
      command.tsconfig = text;
      return null;
    case 'watch':
    case 'ignore':
      command[name].push(text);
      return null;
    case 'poll': {
      // Of this one the unit is in its name: a bare number is ms.
      const ms = value === null ? defaults.poll : time(as, /^\d+$/.test(text) ? `${text}ms` : text);
      if (typeof ms !== 'number') return ms;
      if (ms < 10)
        return wrong(
          `${as} ${text} would look at the files without pause`,
          `the default is ${as} ${defaults.poll}; 10 is the least`,
        );
      command.poll = ms;
      return null;
    }
    case 'ready-url':
      if (!/^\/|^https?:\/\/./.test(text) || !URL.canParse(text, 'http://localhost'))
        return wrong(`${as} ${text} is no path or URL`, `write ${as} /health`);
      command.readyUrl = text;
      return null;
    case 'live-reload':
      command.liveReload = true;
      return null;
    case 'no-ahead':
      command.ahead = false;
      return null;
    case 'quiet':
    case 'json':
      command[name] = true;
      return null;
    case 'color':
    case 'no-color':
    case 'help':
    case 'version':
    case 'inspect':
    case 'inspect-brk':
      return null;
  }
}

function time(as: string, text: string): number | Wrong {
  const duration = parseDuration(text);
  switch (duration.tag) {
    case 'ms':
      return duration.ms;
    case 'no-unit':
      return wrong(`${as} ${text} has no unit`, `write ${as} ${text}s or ${as} ${text}ms`);
    case 'too-long':
      return wrong(`${as} ${text} is too long`, 'the longest time is 596h');
    case 'no-time':
      return wrong(`${as} ${text} is no time`, `write it as 500ms, 10s, 2m or 1h`);
  }
}
