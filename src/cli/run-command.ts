import { parseDuration } from '../setup/duration.js';
import type { Given } from '../setup/given.js';
import { isUrl, POLL } from '../setup/keys.js';
import type { FlagName } from './flags.js';
import { inspectOf } from '../setup/inspect.js';
import type { GivenOption, Words } from './words.js';
import { wrong, type Wrong } from './wrong.js';

/** `zdr dev` or `zdr start`, and what was said with it: defaults and configuration come later. */
export interface RunCommand {
  readonly tag: 'dev' | 'start';
  readonly given: Given;
}

/** Options that only one of the two has. */
const own: Readonly<Partial<Record<FlagName, RunCommand['tag']>>> = {
  watch: 'dev',
  ignore: 'dev',
  poll: 'dev',
  'live-reload': 'dev',
  'no-ahead': 'dev',
  timing: 'dev',
  'ready-url': 'start',
};

const STARTS = { inspect: 'run', 'inspect-brk': 'break', 'inspect-wait': 'wait' } as const;

/** The command that the options make, or what is wrong with one of them. */
export function runCommand(
  tag: RunCommand['tag'],
  { options, args }: Words,
  [entry, extra]: readonly string[],
): RunCommand | Wrong {
  if (extra !== undefined)
    return wrong(`unexpected argument ${extra}`, `arguments of the app go after --: zdr ${tag} ${entry} -- ${extra}`);
  const given: Mutable<Given> = {
    ...(entry === undefined ? {} : { entry }),
    ...(args.length === 0 ? {} : { args }),
  };
  for (const option of options) {
    const only = own[option.name];
    if (only !== undefined && only !== tag) return misplaced(option, only);
    if (option.name === 'pid') return wrong(`zdr ${tag} has no ${option.as}`, 'it is for zdr reload and zdr status');
    const refused = apply(option, given);
    if (refused !== null) return refused;
  }
  return { tag, given };
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
        : name === 'timing'
          ? 'under zdr start nothing is saved'
          : 'zdr start does not watch; zdr reload rolls over',
  );
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One option into what is given. The last one wins, lists grow. */
function apply({ name, as, value }: GivenOption, given: Mutable<Given>): Wrong | null {
  const text = value ?? '';
  switch (name) {
    case 'workers':
      if (text !== 'max' && !/^[1-9]\d{0,3}$/.test(text))
        return wrong(`${as} ${text} is no number of workers`, `write ${as} 4, or ${as} max for one on each core`);
      given.workers = text === 'max' ? text : Number(text);
      return null;
    case 'drain':
    case 'boot': {
      const ms = time(as, text);
      if (typeof ms !== 'number') return ms;
      if (name === 'boot' && ms === 0)
        return wrong('--boot 0s leaves the app no time to boot', 'the default is --boot 10s');
      given[name] = ms;
      return null;
    }
    case 'env-file':
    case 'env-file-if-exists':
      given.envFiles = [...(given.envFiles ?? []), { path: text, required: name === 'env-file' }];
      return null;
    case 'conditions':
    case 'import':
    case 'require':
    case 'watch':
    case 'ignore':
      given[name] = [...(given[name] ?? []), text];
      return null;
    case 'tsconfig':
      given.tsconfig = text;
      return null;
    case 'poll': {
      // Of this one the unit is in its name: a bare number is ms.
      const ms = value === null ? POLL : time(as, /^\d+$/.test(text) ? `${text}ms` : text);
      if (typeof ms !== 'number') return ms;
      if (ms < 10)
        return wrong(
          `${as} ${text} would look at the files without pause`,
          `the default is ${as} ${POLL}; 10 is the least`,
        );
      given.poll = ms;
      return null;
    }
    case 'ready-url':
      if (!isUrl(text)) return wrong(`${as} ${text} is no path or URL`, `write ${as} /health`);
      given.readyUrl = text;
      return null;
    case 'live-reload':
      given.liveReload = true;
      return null;
    case 'no-ahead':
      given.ahead = false;
      return null;
    case 'timing':
    case 'quiet':
    case 'json':
      given[name] = true;
      return null;
    case 'inspect':
    case 'inspect-brk':
    case 'inspect-wait': {
      const inspect = inspectOf(as, text);
      if ('tag' in inspect) return inspect;
      given.inspect = { ...inspect, start: STARTS[name] };
      return null;
    }
    case 'color':
    case 'no-color':
      given.color = name === 'color';
      return null;
    case 'pid':
    case 'help':
    case 'version':
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
