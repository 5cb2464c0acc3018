/** Random numbers that a seed brings again. */
export interface Dice {
  /** From 0 on, below `end`. */
  below(end: number): number;
  /** True once in so many times. */
  oneIn(many: number): boolean;
  pick<T>(list: readonly T[]): T;
}

export function diceOf(seed: number): Dice {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return { below, oneIn: (many) => below(many) === 0, pick: (list) => list[below(list.length)]! };
}

type Kind = 'esm' | 'cjs' | 'json';

/** A module of a random program, as far as others have to know it. */
export interface Module {
  readonly file: string;
  readonly kind: Kind;
  /** It imports nothing but data, so CommonJS may require it whenever it likes. */
  readonly isLeaf: boolean;
  /** What it surely exports by name. */
  readonly names: readonly string[];
  readonly text: string;
}

/** What each module begins with: `show` prints a value, or that it cannot be read yet. */
const SHOW = `const show = (what, read) => {
  let value;
  try { value = read(); } catch (error) { value = error.name; }
  if (value === undefined || value === 'ReferenceError') value = 'not yet';
  if (typeof value === 'function') value = 'function ' + value.name.replace(/^m\\d+_default$/, 'default');
  console.log(what, typeof value === 'object' && value !== null ? Object.getOwnPropertyNames(value).filter((name) => name !== 'module.exports' && name !== '__esModule').sort().join() : value);
};
const all = (what, space) => {
  const names = Object.getOwnPropertyNames(space).filter((name) => name !== 'module.exports' && name !== '__esModule' && (!what.includes('json') || name === 'default'));
  if (what.includes('cjs')) names.sort();
  else console.log(what, names.join());
  for (const name of names) if (!what.includes('cjs') || space[name] !== undefined) show(what + ' ' + name, () => space[name]);
};
`;

const DEFAULTS = [
  (n: number) => `export default function () { return ${n}; }`,
  (n: number) => `export default function named${n}() { return ${n}; }`,
  (n: number) => `export default class { static n = ${n}; }`,
  (n: number) => `export default class Named${n} {}`,
  (n: number) => `export default () => ${n};`,
  (n: number) => `export default v${n} + 1;`,
  (n: number) => `export { v${n} as default };`,
];

/** Names that a module may have for itself, whatever a bundler makes of it. */
const OWN = ['require', 'module', 'exports', '__export', '__toESM', 'import_m1', 'm1_exports', '__filename'];

function esm(n: number, dice: Dice, others: readonly Module[], isLeaf: boolean): Pick<Module, 'names' | 'text'> {
  const names = [`f${n}`, `v${n}`, `up${n}`];
  const head: string[] = [];
  const body: string[] = [];
  const exported: string[] = [
    `export let v${n} = ${n};`,
    `export function f${n}() { return ['f${n}', v${n}].join(); }`,
    `export function up${n}() { v${n} += 1; }`,
  ];
  if (dice.oneIn(2)) {
    exported.push(dice.pick(DEFAULTS)(n));
    names.push('default');
  }
  if (dice.oneIn(2)) {
    exported.push(`export const same = 'same ${n}';`);
    names.push('same');
  }
  if (dice.oneIn(4)) {
    exported.push(`export class C${n} { static n = v${n}; }`);
    names.push(`C${n}`);
  }
  if (dice.oneIn(6)) exported.push(`export { v${n} as 'a name' };`);
  if (dice.oneIn(6)) exported.push(`export const [d${n}, { e: e${n} = 1 }] = [1, {}];`);
  if (dice.oneIn(6)) exported.push(`export async function* g${n}() {}`);
  if (dice.oneIn(5)) body.push(`const ${dice.pick(OWN)} = 'own';`);
  const taken = new Set(names);
  for (let i = isLeaf ? 0 : dice.below(5); i > 0; i--) {
    const to = dice.pick(others);
    const from = JSON.stringify(`./${to.file}`);
    const key = `${n}_${i}`;
    if (to.kind === 'json') {
      head.push(`import j${key} from ${from} with { type: 'json' };`);
      body.push(`show('${n} json', () => j${key}.n);`);
      continue;
    }
    const some = to.names.filter(() => dice.oneIn(2));
    const free = some.filter((name) => name !== 'default' && !taken.has(name));
    switch (dice.below(to.kind === 'esm' ? 8 : 6)) {
      case 0:
        head.push(`import ${from};`);
        break;
      case 1:
        head.push(`import * as s${key} from ${from};`);
        body.push(`all('${n} ${to.file}', s${key});`);
        if (to.kind === 'esm' && dice.oneIn(3)) exported.push(`export { s${key} };`);
        break;
      case 2:
      case 3: {
        const locals = some.map((name, at) => [name, `i${key}_${at}`] as const);
        head.push(`import { ${locals.map(([name, local]) => `${name} as ${local}`).join(', ')} } from ${from};`);
        for (const [name, local] of locals) {
          if (/^(?:f|up)\d/.test(name)) body.push(`show('${n} ${name}()', () => ${local}());`);
          body.push(`show('${n} ${name}', () => ${local});`);
          if (to.kind === 'esm' && dice.oneIn(4)) exported.push(`export { ${local} };`);
        }
        break;
      }
      case 4:
        if (to.names.includes('default')) {
          head.push(`import d${key} from ${from};`);
          body.push(`show('${n} default of ${to.file}', () => d${key});`);
        }
        break;
      case 5:
        if (to.kind !== 'esm') break;
        head.push(`export { ${free.map((name) => `${name}, ${name} as r${key}_${name}`).join(', ')} } from ${from};`);
        for (const name of free) taken.add(name);
        break;
      case 6:
        head.push(`export * from ${from};`);
        break;
      case 7:
        if (dice.oneIn(2)) head.push(`export * as n${key} from ${from};`);
        else head.push(`export * from ${from};`);
        break;
    }
  }
  if (dice.oneIn(12)) body.push(`throw new Error('thrown by ${n}');`);
  const mixed = dice.oneIn(2) ? [...exported, ...body] : [...body, ...exported];
  const lines = [
    ...head,
    `console.log('begin ${n}', typeof this);`,
    SHOW,
    ...mixed,
    `up${n}();`,
    `console.log('end ${n}');`,
  ];
  return { names, text: lines.join('\n') };
}

function cjs(n: number, dice: Dice, others: readonly Module[]): Pick<Module, 'names' | 'text'> {
  const lines = [`console.log('begin ${n}', this === exports);`, SHOW];
  const names = ['default', `a${n}`];
  if (dice.oneIn(3)) lines.push("Object.defineProperty(exports, '__esModule', { value: true });");
  lines.push(`exports.a${n} = ${n};`);
  if (dice.oneIn(2)) {
    lines.push(`exports.same = 'same ${n}';`);
    names.push('same');
  }
  if (dice.oneIn(4)) lines.push(`exports.default = 'default ${n}';`);
  for (let i = dice.below(4); i > 0; i--) {
    const to = dice.pick(others);
    if (to.kind === 'esm' && !to.isLeaf) continue;
    const required = `require(${JSON.stringify(`./${to.file}`)})`;
    const form = dice.below(3);
    if (form === 0)
      lines.push(`try { all('${n} ${to.file}', ${required}); } catch (error) { console.log(error.message); }`);
    else if (form === 1) lines.push(`exports.f${n} = function () { return ${required}; };`);
    else lines.push(`all('${n} ${to.file}', ${required});`);
  }
  if (dice.oneIn(5)) lines.push(`const a${n} = 'new ${n}';`, `module.exports = { a${n} };`, `exports.a${n} = 0;`);
  lines.push(`console.log('end ${n}');`);
  return { names: names.filter((name) => name !== 'same'), text: lines.join('\n') };
}

/** With top-level await in some places. */
function waiting(text: string, dice: Dice): string {
  const waits = ['await null;', 'await new Promise((done) => setTimeout(done, 2));', 'for await (const _ of [1, 2]);'];
  return text
    .split('\n')
    .map((line) => (/^(?:show|all|up\d|console)/.test(line) && dice.oneIn(4) ? `${dice.pick(waits)}\n${line}` : line))
    .join('\n');
}

/**
 * The files of a random program of ES modules and CommonJS, which prints what its modules see of each other. `awaits`:
 * of ES modules without cycles, some of which have top-level await.
 */
export function graphOf(seed: number, size: number, awaits = false): Readonly<Record<string, string>> {
  const dice = diceOf(seed);
  const made: Module[] = [];
  for (let n = 0; n < size; n++) {
    const kind = awaits ? 'esm' : dice.pick<Kind>(['esm', 'esm', 'esm', 'esm', 'cjs', 'json']);
    const isLeaf = dice.oneIn(4) || (awaits && n === 0);
    const file = `m${n}.${kind === 'esm' ? dice.pick(['js', 'mjs']) : kind === 'cjs' ? 'cjs' : 'json'}`;
    // The names do not depend on what is imported: asked for once here, and written below.
    made.push({ file, kind, isLeaf, names: [], text: '' });
  }
  const seeds = made.map(() => dice.below(2 ** 31));
  const write = (n: number): Pick<Module, 'names' | 'text'> => {
    const own = diceOf(seeds[n]!);
    const { kind, isLeaf } = made[n]!;
    if (kind === 'json') return { names: ['default'], text: JSON.stringify({ n, same: 'json' }) };
    if (kind === 'cjs') return cjs(n, own, made);
    const { names, text } = esm(n, own, awaits ? made.slice(0, n) : made, isLeaf);
    return { names, text: awaits && own.oneIn(3) ? waiting(text, own) : text };
  };
  for (const n of made.keys()) made[n] = { ...made[n]!, names: write(n).names };
  for (const n of made.keys()) made[n] = { ...made[n]!, text: write(n).text };
  const dynamic = made.filter(() => !awaits && dice.oneIn(2)).map(({ file }) => file);
  const entry = [
    ...made
      .filter(() => dice.oneIn(3))
      .map(
        ({ file, kind }) => `import ${JSON.stringify(`./${file}`)}${kind === 'json' ? " with { type: 'json' }" : ''};`,
      ),
    SHOW,
    '(async () => {',
    ...[...dynamic, ...dynamic].map((file) => {
      const attributes = file.endsWith('.json') ? ", { with: { type: 'json' } }" : '';
      return `try { all('late ${file}', await import(${JSON.stringify(`./${file}`)}${attributes})); } catch (error) { console.log('late ${file}', error.message); }`;
    }),
    '})();',
    ...(awaits ? ["console.log('entry', await new Promise((done) => setTimeout(done, 2, 'later')));"] : []),
  ];
  return {
    'package.json': '{"type":"module"}',
    'app.js': entry.join('\n'),
    ...Object.fromEntries(made.map(({ file, text }) => [file, text])),
  };
}
