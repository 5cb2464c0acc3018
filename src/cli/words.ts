import { parseArgs } from 'node:util';
import { flagNames, flags, isFlagName, type FlagName } from './flags.js';
import { nearest } from '../setup/nearest.js';
import { wrong, type Wrong } from './wrong.js';

/** The command line, taken apart: known options with a value where they need one, and the rest. */
export interface Words {
  readonly tag: 'words';
  readonly options: readonly GivenOption[];
  readonly positionals: readonly string[];
  /** What follows `--`. */
  readonly args: readonly string[];
}

export interface GivenOption {
  readonly name: FlagName;
  /** As it was typed, for errors. */
  readonly as: string;
  readonly value: string | null;
}

/** The kind of a flag, which is a switch for some command. */
type KindOf = (name: FlagName) => (typeof flags)[FlagName]['kind'];

const knownTo = (kindOf: KindOf) =>
  Object.fromEntries(
    flagNames.map((name) => {
      const { short } = flags[name];
      const type = kindOf(name) === 'value' ? ('string' as const) : ('boolean' as const);
      return [name, short === undefined ? { type } : { type, short }];
    }),
  );

/**
 * Takes the command line apart. Not strict, so that our own errors can say what was meant. `switches` take no value
 * here, though they do for another command.
 */
export function readWords(argv: readonly string[], switches: readonly FlagName[] = []): Words | Wrong {
  const kindOf: KindOf = (name) => (switches.includes(name) ? 'switch' : flags[name].kind);
  const { tokens } = parseArgs({
    args: [...argv],
    options: knownTo(kindOf),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const options: GivenOption[] = [];
  const positionals: string[] = [];
  let args: readonly string[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind === 'option-terminator') {
      args = argv.slice(token.index + 1);
      break;
    }
    if (token.kind === 'positional') {
      const last = tokens[at - 1];
      // `--poll 500`: parseArgs knows no optional values. No entry is named like a time.
      if (
        last?.kind === 'option' &&
        last.name === 'poll' &&
        last.value === undefined &&
        /^\d+(ms|s)?$/.test(token.value)
      )
        options.splice(-1, 1, { name: 'poll', as: last.rawName, value: token.value });
      else positionals.push(token.value);
      continue;
    }
    const option = readOption(token, argv[token.index] ?? token.rawName, kindOf);
    if ('tag' in option) return option;
    options.push(option);
  }
  return { tag: 'words', options, positionals, args };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function readOption(
  { name, rawName, value, inlineValue }: OptionToken,
  word: string,
  kindOf: KindOf,
): GivenOption | Wrong {
  if (!isFlagName(name)) return unknownOption(rawName, word);
  const { wants } = flags[name];
  switch (kindOf(name)) {
    case 'switch':
      if (value !== undefined) return wrong(`${rawName} takes no value`, `write ${rawName} alone`);
      return { name, as: rawName, value: null };
    case 'maybe':
      if (value === '')
        return wrong(`${rawName} has an empty value`, `write ${rawName} alone, or ${rawName} with ${wants}`);
      return { name, as: rawName, value: value ?? null };
    case 'value': {
      // `-w=4` reaches us as `=4`; `--drain --boot` as the value `--boot`.
      const clean = rawName.length === 2 ? value?.replace(/^=/, '') : value;
      const missing = clean === undefined || clean === '' || (inlineValue === false && /^-./.test(clean));
      if (missing) return wrong(`${rawName} needs ${wants}`, example(name, rawName));
      return { name, as: rawName, value: clean };
    }
  }
}

function unknownOption(rawName: string, word: string): Wrong {
  const message = `unknown option ${rawName}`;
  if (process.allowedNodeEnvironmentFlags.has(rawName))
    return wrong(message, `a flag of Node goes into the environment: NODE_OPTIONS=${word} zdr dev …`);
  const lower = rawName.toLowerCase();
  if (rawName.length === 2 && flagNames.some((name) => flags[name].short === lower[1]))
    return wrong(message, `did you mean ${lower}?`);
  const meant = nearest(word.replace(/^-+|=.*$/g, ''), flagNames);
  if (meant !== null && word.length > 2)
    return wrong(`unknown option ${word.replace(/=.*$/, '')}`, `did you mean --${meant}?`);
  return wrong(message, `zdr --help lists the options; options of the app go after --`);
}

function example(name: FlagName, as: string): string {
  const glue = as.length === 2 ? ' ' : '=';
  switch (name) {
    case 'workers':
      return `for example ${as}${glue}4`;
    case 'drain':
    case 'boot':
      return `for example ${as}${glue}30s`;
    default:
      return `write ${as}${glue}…`;
  }
}
