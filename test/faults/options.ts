import { parseArgs } from 'node:util';
import { type Pair, pairs } from './all.js';
import { phases } from './phases.js';

const usage =
  "npm run faults -- [part of a fault's name …] [--phase name] [--part k/n] [--results file] [--report file]";

export interface Options {
  readonly named: readonly Pair[];
  /** Of so many parts, this one; from 1. */
  readonly part: number;
  readonly parts: number;
  readonly results: string | undefined;
  readonly report: string | undefined;
}

/** Throws an error of one line where they name nothing. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parsed(args);
  const { phase, results, report } = values;
  if (phase !== undefined && !phases.some((one) => one === phase))
    throw new Error(`no phase ${phase}: it is one of ${phases.join(', ')}`);
  const [, part = '1', parts = '1'] = /^(\d+)\/(\d+)$/.exec(values.part ?? '1/1') ?? [null, '0'];
  if (Number(part) < 1 || Number(part) > Number(parts)) throw new Error(`no part ${values.part}: say 1/2 or 2/2`);
  const named = pairs.filter(
    (pair) =>
      (positionals.length === 0 || positionals.some((name) => pair.fault.name.includes(name))) &&
      (phase === undefined || pair.phase === phase),
  );
  if (named.length === 0) throw new Error(`no fault has ${positionals.join(' or ')} in its name`);
  return { named, part: Number(part), parts: Number(parts), results, report };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = { phase: text, part: text, results: text, report: text };
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [first = ''] = String((error as Error).message).split('. ');
    throw new Error(`${first}: ${usage}`, { cause: error });
  }
}
