import { type Dice, diceOf } from './graphs.js';

type Files = Readonly<Record<string, string>>;

/** The program as it is after an edit. */
export interface Edited {
  readonly what: string;
  readonly files: Files;
}

/** A module, piece by piece, so that each can be edited. */
interface Draft {
  readonly file: string;
  common: boolean;
  broken: boolean;
  imports: string[];
  exports: string[];
  body: number;
}

const EXPORTS = ['a', 'b', 'c', 'default'] as const;

function textOf(n: number, { common, broken, imports, exports, body }: Draft): string {
  const lines = [...(common ? [] : imports), `console.log('m${n}', ${body});`];
  for (const name of exports) {
    const value = `'${name} of m${n} ' + ${body}`;
    if (common) lines.push(`exports.${name} = ${value};`);
    else if (name === 'default') lines.push(`export default ${value};`);
    else if (name === 'c') lines.push(`export function c(): string { return ${value}; }`);
    else lines.push(`export let ${name}: string = ${value};`);
  }
  if (!common)
    for (const line of imports) {
      const [, local] = /^import (?:\* as |\{ \w+ as )?(\w+)/.exec(line) ?? [];
      if (local !== undefined && line.includes('* as')) lines.push(`console.log(Object.keys(${local}).sort().join());`);
      else if (local !== undefined && line.includes(' from '))
        lines.push(`console.log(typeof ${local} === 'function' ? ${local}() : ${local});`);
    }
  if (broken) lines.push('const a b;');
  return lines.join('\n');
}

let names = 0;

/** Any module may import later ones, so that nothing is read before it is there; all may be imported by name alone. */
function importFor(n: number, drafts: readonly Draft[], dice: Dice): string {
  const to = n + 1 + dice.below(Math.max(1, drafts.length - n - 1));
  const draft = drafts[to] ?? drafts[n]!;
  const from = JSON.stringify(`./${draft.file}`);
  const local = `i${(names += 1)}`;
  if (to >= drafts.length) return `import ${JSON.stringify('node:path')};`;
  const name = dice.oneIn(25) ? dice.pick(EXPORTS) : draft.exports.length > 0 ? dice.pick(draft.exports) : 'a';
  return dice.pick([
    `import { ${name} as ${local} } from ${from};`,
    `import { ${name} as ${local} } from ${from};`,
    `import * as ${local} from ${from};`,
    `import ${from};`,
    dice.oneIn(5) ? `export * from ${from};` : `import * as ${local} from ${from};`,
    `export { ${name} as ${local} } from ${from};`,
    `import { sep as ${local} } from 'node:path';`,
  ]);
}

/** A random program, and what it is after each of some edits. */
export function editsOf(seed: number, steps: number): readonly Edited[] {
  const dice = diceOf(seed);
  names = 0;
  const drafts: Draft[] = [];
  const size = 3 + dice.below(4);
  const add = (): void => {
    const n = drafts.length;
    const file = n === 0 ? 'app.ts' : `m${n}.${dice.pick(['ts', 'ts', 'js', 'tsx'])}`;
    drafts.push({
      file,
      common: false,
      broken: false,
      imports: [],
      exports: EXPORTS.filter(() => dice.oneIn(2)),
      body: 0,
    });
  };
  for (let n = 0; n < size; n++) add();
  for (const [n, draft] of drafts.entries())
    for (let i = n === 0 ? 2 : dice.below(3); i > 0 && n < size - 1; i--)
      draft.imports.push(importFor(n, drafts, dice));
  const state = (what: string): Edited => ({
    what,
    files: {
      'package.json': '{}',
      ...Object.fromEntries(
        drafts
          .filter(({ file }) => file !== '')
          .map((draft) => [
            draft.file,
            textOf(drafts.indexOf(draft), draft).replaceAll(
              /: string(?= [={])/g,
              draft.file.endsWith('.js') ? '' : ': string',
            ),
          ]),
      ),
    },
  });
  const states = [state('begin')];
  const edit = (): string => {
    const n = dice.below(drafts.length);
    const draft = drafts[n]!;
    draft.broken = false;
    switch (dice.below(16)) {
      case 0:
      case 1:
      case 2:
      case 12:
      case 13:
      case 14:
      case 15:
        draft.body += 1;
        return `body of ${draft.file}`;
      case 3: {
        const name = dice.pick(EXPORTS);
        if (!draft.exports.includes(name)) draft.exports.push(name);
        return `export ${name} added in ${draft.file}`;
      }
      case 4:
        draft.exports.splice(dice.below(draft.exports.length + 1), 1);
        return `export removed in ${draft.file}`;
      case 5:
      case 6:
        draft.imports.push(importFor(n, drafts, dice));
        return `import added in ${draft.file}`;
      case 7:
        draft.imports.splice(dice.below(draft.imports.length + 1), 1);
        return `import removed in ${draft.file}`;
      case 8:
        if (n > 0) draft.common = !draft.common;
        return `${draft.file} is ${draft.common ? 'CommonJS' : 'an ES module'}`;
      case 9:
        draft.broken = true;
        return `${draft.file} is broken`;
      case 10:
        add();
        drafts[0]!.imports.push(`import './${drafts.at(-1)!.file}';`);
        return 'a new file';
      default:
        draft.imports.reverse();
        return `imports of ${draft.file} turned round`;
    }
  };
  for (let i = 0; i < steps; i++) {
    if (dice.oneIn(6)) {
      const old = dice.pick(states);
      states.push({ ...old, what: `back to: ${old.what}` });
      continue;
    }
    const what = edit();
    states.push(state(dice.oneIn(4) ? `${what}, ${edit()}` : what));
    if (drafts.some(({ broken }) => broken) && dice.oneIn(2)) {
      for (const draft of drafts) draft.broken = false;
      states.push(state('mended'));
    }
  }
  return states;
}
