import { readFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';

const COMPUTED = /(?<![\w$.#])import\s*\(\s*(?:\/\*[\s\S]*?\*\/\s*)*[^\s"'`)]/;
const RELATIVE = /(?:\bfrom|\bimport)\s*["'](\.[^"'\n]+)["']/g;

/** What all of these have in them. Most files of packages do not, and it is found sooner than by an expression. */
const WORDS = ['import', 'export ', 'export{', 'export*'];

/** So many files of a package are looked at. */
const MOST = 200;

/** Whether a file of a package, or one that it imports from its own package, has an `import()` that is computed. */
export function importsAnything(content: string, file: string): boolean {
  if (!file.includes(`${sep}node_modules${sep}`)) return false;
  const seen = new Set([file]);
  const waiting = [{ text: content, at: file }];
  for (let next = waiting.pop(); next !== undefined && seen.size < MOST; next = waiting.pop()) {
    const { text, at: from } = next;
    if (!WORDS.some((word) => text.includes(word))) continue;
    if (text.includes('import(') && COMPUTED.test(text)) return true;
    // What a CommonJS module requires comes by itself.
    for (const [, specifier = ''] of text.matchAll(RELATIVE)) {
      const at = resolve(dirname(from), specifier);
      if (seen.has(at)) continue;
      seen.add(at);
      const found = read(at);
      if (found !== null) waiting.push({ text: found, at });
    }
  }
  return false;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
