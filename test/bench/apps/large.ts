import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The file of an app that says its version, and its content. */
export interface Leaf {
  readonly file: string;
  source(version: number): string;
}

/** With the seven modules of the Express app, a thousand. */
const COUNT = 993;
/** Functions of a module. */
const FUNCTIONS = 16;

/**
 * Turns the Express app in `dir` into one of 1,000 modules and about 100,000 lines: a binary tree of imports, each
 * module of which uses what it imports, under the module that answers. The last leaf says the version.
 */
export async function generate(dir: string): Promise<Leaf> {
  await mkdir(join(dir, 'src/parts'));
  for (let n = 1; n < COUNT; n++) await writeFile(join(dir, `src/parts/part${n}.ts`), part(n));
  await writeFile(
    join(dir, 'src/version.ts'),
    `import { total1 } from './parts/part1.ts';\n\nexport { version } from './parts/part${COUNT}.ts';\nexport const total = total1();\n`,
  );
  return {
    file: `src/parts/part${COUNT}.ts`,
    source: (version) => `${part(COUNT)}\nexport const version = ${version};\n`,
  };
}

function part(n: number): string {
  const children = [2 * n, 2 * n + 1].filter((child) => child <= COUNT);
  const names = Array.from({ length: FUNCTIONS }, (_, index) => `step${n}x${index}`);
  return [
    ...children.map((child) => `import { total${child} } from './part${child}.ts';`),
    '',
    ...Array.from({ length: FUNCTIONS }, (_, index) => step(n, index)),
    `export function total${n}(): number {`,
    // Each is used, so that no bundler may leave it out.
    `  const own = [${names.join(', ')}].reduce((sum, step) => sum + step([${n}], { scale: 1 }).total, 0);`,
    `  return own${children.map((child) => ` + total${child}()`).join('')};`,
    '}',
    '',
  ].join('\n');
}

function step(n: number, index: number): string {
  return `interface Options${index} { readonly scale: number; readonly label?: string }
export function step${n}x${index}(values: readonly number[], options: Options${index}): { total: number } {
  const kept = values.filter((value) => value % ${index + 2} !== 0 || value === ${n});
  const total = kept.reduce((sum, value) => sum + value * options.scale, 0);
  return { total: options.label === '${n}' ? -total : total };
}`;
}
