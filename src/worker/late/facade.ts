import { REALM } from '../../protocol/late.js';

const realm = `process[Symbol.for(${JSON.stringify(REALM)})]`;

/** The URL of an ES module with the exports of one that is in a bundle, as they are now. */
export function facadeOf(file: string, exports: unknown): string {
  return write(`${realm}.shared(${JSON.stringify(file)})`, Object.keys(Object(exports) as object));
}

/** The URL of an ES module that loads a source file when it is evaluated, and has these exports. */
export function promiseOf(url: string, names: readonly string[]): string {
  return write(`await ${realm}.load(${JSON.stringify(url)})`, names);
}

function write(from: string, names: readonly string[]): string {
  const values = names
    .filter((name) => name !== 'default')
    .map((name, i) => `const _${i}=m[${JSON.stringify(name)}];export{_${i} as ${JSON.stringify(name)}};`);
  const whole = names.includes('default') ? 'm.default' : 'm';
  return `data:text/javascript,${encodeURIComponent(`const m=${from};${values.join('')}export default ${whole};`)}`;
}
