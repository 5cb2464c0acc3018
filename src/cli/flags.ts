/** Every option of zdr. `switch` takes no value, `value` needs one, `maybe` can have one. */
const table = {
  workers: { short: 'w', kind: 'value', wants: 'a number or max' },
  drain: { kind: 'value', wants: 'a time' },
  boot: { kind: 'value', wants: 'a time' },
  'env-file': { kind: 'value', wants: 'a file' },
  'env-file-if-exists': { kind: 'value', wants: 'a file' },
  import: { kind: 'value', wants: 'a module' },
  require: { short: 'r', kind: 'value', wants: 'a module' },
  conditions: { short: 'C', kind: 'value', wants: 'a condition' },
  tsconfig: { kind: 'value', wants: 'a file' },
  watch: { kind: 'value', wants: 'a glob' },
  ignore: { kind: 'value', wants: 'a glob' },
  poll: { kind: 'maybe', wants: 'a number of ms' },
  'ready-url': { kind: 'value', wants: 'a path or URL of the app' },
  'live-reload': { kind: 'switch', wants: '' },
  'no-ahead': { kind: 'switch', wants: '' },
  timing: { kind: 'switch', wants: '' },
  pid: { kind: 'value', wants: 'a number' },
  quiet: { short: 'q', kind: 'switch', wants: '' },
  json: { kind: 'switch', wants: '' },
  color: { kind: 'switch', wants: '' },
  'no-color': { kind: 'switch', wants: '' },
  help: { short: 'h', kind: 'switch', wants: '' },
  version: { short: 'v', kind: 'switch', wants: '' },
  inspect: { kind: 'maybe', wants: 'a port or host:port' },
  'inspect-brk': { kind: 'maybe', wants: 'a port or host:port' },
  'inspect-wait': { kind: 'maybe', wants: 'a port or host:port' },
} as const satisfies Record<string, Flag>;

interface Flag {
  readonly short?: string;
  readonly kind: 'switch' | 'value' | 'maybe';
  /** What the value is, as the error says it. */
  readonly wants: string;
}

/** The long name of an option. */
export type FlagName = keyof typeof table;

export const flags: Readonly<Record<FlagName, Flag>> = table;
export const flagNames = Object.keys(table) as FlagName[];

export function isFlagName(name: string): name is FlagName {
  return Object.hasOwn(table, name);
}
