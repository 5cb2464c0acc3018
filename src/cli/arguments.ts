import type { FlagName } from './flags.js';
import { controlCommand, type ControlCommand } from './control-command.js';
import { runCommand, type RunCommand } from './run-command.js';
import { nearest } from '../setup/nearest.js';
import { readWords } from './words.js';
import { wrong, type Wrong } from './wrong.js';

/** What the command line asks for. Nothing was looked up yet: paths are as they were typed. */
export type Parsed = RunCommand | ControlCommand | { readonly tag: 'help' } | { readonly tag: 'version' } | Wrong;

const commands = ['dev', 'start', 'reload', 'status'] as const;

export function parseArguments(argv: readonly string[]): Parsed {
  // Here it is a glob for `zdr dev`, there a way to look for `zdr status`.
  const words = readWords(argv, argv.find((word) => !word.startsWith('-')) === 'status' ? ['watch'] : []);
  if (words.tag === 'wrong') return words;
  const given = (name: FlagName) => words.options.some((option) => option.name === name);
  if (given('help')) return { tag: 'help' };
  if (given('version')) return { tag: 'version' };
  const [name, ...rest] = words.positionals;
  if (name === undefined && words.options.length === 0 && words.args.length === 0) return { tag: 'help' };
  if (name === undefined) return wrong('no command given', 'zdr dev [entry] [options] runs the app');
  const command = commands.find((known) => known === name);
  switch (command) {
    case 'dev':
    case 'start':
      return runCommand(command, words, rest);
    case 'reload':
    case 'status':
      return controlCommand(command, words, rest);
    case undefined:
      return unknownCommand(name);
  }
}

function unknownCommand(name: string): Wrong {
  const meant = nearest(name, commands);
  if (/[./]/.test(name)) return wrong(`${name} is not a command`, `did you mean zdr dev ${name}?`);
  return wrong(
    `unknown command ${name}`,
    meant === null ? 'the commands: dev, start, reload, status' : `did you mean zdr ${meant}?`,
  );
}
