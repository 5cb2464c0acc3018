import { parseArgs } from 'node:util';
import { type AppName, names } from './apps/app.js';
import { full, quick, type Scale } from './scale.js';
import type { Tool } from './tool.js';
import { tools } from './tools/all.js';

export const usage = `npm run bench -- [options]

  --quick         few of everything: for a look, not for figures
  --only <ids>    of ${tools.map(({ id }) => id).join(',')}
  --apps <names>  of ${names.slice(0, 4).join(',')}; with it nothing but start and saves is measured
  --extras <all>  what else: kept,across,broken,timers,steady
  --out <folder>  where results go; a whole run writes test/bench/results and README.md
  --draw <file>   measures nothing: makes table and picture of a results.json anew
`;

export interface Options {
  readonly scale: Scale;
  readonly quick: boolean;
  readonly tools: readonly Tool[];
  readonly apps: readonly AppName[];
  readonly extras: readonly string[];
  readonly out: string | null;
  readonly draw: string | null;
  readonly help: boolean;
}

const EXTRAS = ['kept', 'across', 'broken', 'timers', 'steady'];

export function readOptions(args: readonly string[], results: string): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { quick: flag, help: flag, only: text, apps: text, extras: text, out: text, draw: text },
  });
  const list = (value: string | undefined): string[] | undefined => value?.split(',').filter((part) => part !== '');
  const only = list(values.only);
  const apps = list(values.apps);
  const whole = only === undefined && apps === undefined && values.extras === undefined && !values.quick;
  return {
    scale: values.quick ? quick : full,
    quick: values.quick,
    tools: only === undefined ? tools : only.map((id) => known(id, tools)),
    apps: apps === undefined ? names.slice(0, 4) : names.filter((name) => apps.includes(name)),
    extras: list(values.extras) ?? (apps === undefined ? EXTRAS : []),
    out: values.out ?? (whole ? results : null),
    draw: values.draw ?? null,
    help: values.help,
  };
}

function known(id: string, all: readonly Tool[]): Tool {
  const tool = all.find((tool) => tool.id === id);
  if (tool === undefined) throw new Error(`no tool ${id}\n\n${usage}`);
  return tool;
}
