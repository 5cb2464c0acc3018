import type { GivenOption, Words } from './words.js';
import { wrong, type Wrong } from './wrong.js';

/** `zdr reload` or `zdr status`: what is said to an instance that runs. */
export interface ControlCommand {
  readonly tag: 'reload' | 'status';
  /** Of the instance that is meant; null: the one that runs here. */
  readonly entry: string | null;
  /** Of the instance that is meant. */
  readonly pid: number | null;
  readonly json: boolean;
  readonly watch: boolean;
}

/** The command that the options make, or what is wrong with one of them. */
export function controlCommand(
  tag: ControlCommand['tag'],
  { options, args }: Words,
  [entry, extra]: readonly string[],
): ControlCommand | Wrong {
  const unexpected = extra ?? args[0];
  if (unexpected !== undefined) return wrong(`unexpected argument ${unexpected}`, `as in zdr ${tag} src/app.ts`);
  const command = { tag, entry: entry ?? null, pid: null as number | null, json: false, watch: false };
  for (const option of options) {
    const refused = apply(option, command);
    if (refused !== null) return refused;
  }
  if (command.json && command.watch)
    return wrong('--json and --watch do not go together', 'zdr status --json tells once');
  return command;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function apply({ name, as, value }: GivenOption, command: Mutable<ControlCommand>): Wrong | null {
  switch (name) {
    case 'color':
    case 'no-color':
      return null;
    case 'pid':
      if (!/^[1-9]\d*$/.test(value ?? '')) return wrong(`${as} ${value} is no pid`, 'zdr status names them');
      command.pid = Number(value);
      return null;
    case 'json':
    case 'watch':
      if (command.tag === 'reload') break;
      if (name === 'watch' && value !== null) break;
      command[name] = true;
      return null;
    default:
  }
  const own = command.tag === 'status' ? '--json, --watch and --pid' : '--pid';
  return wrong(`zdr ${command.tag} has no ${as}`, `it has ${own}`);
}
