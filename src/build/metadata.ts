/**
 * Metadata names what a type may be: a class, or an interface that does not exist at run time. esbuild refuses an import
 * that finds nothing, but not a property of a namespace: so the types in metadata are looked for there.
 */
export function loosen(code: string): string {
  const wanted = new Set([...code.matchAll(/\btypeof ([\w$]+) === "undefined"/g)].map(([, name = '']) => name));
  if (wanted.size === 0) return `${code}\n`;
  let text = code;
  let more = '';
  for (const [, clause = '', source = ''] of code.matchAll(/^import\s+([^;'"]+?)\s+from\s+("[^"\n]+"|'[^'\n]+')/gm)) {
    const names = namesIn(clause).filter(([local]) => wanted.has(local));
    if (names.length === 0) continue;
    const namespace = `__zdrTypes${more.length}`;
    more += `import*as ${namespace} from${source};`;
    for (const [local, imported] of names)
      text = text.replaceAll(
        new RegExp(`(\\btypeof |\\? Object : )${local.replaceAll('$', '\\$')}(?=[\\s,.\\])]|$)`, 'gm'),
        (_, before: string) => `${before}${namespace}.${imported}`,
      );
  }
  return `${text}\n${more}`;
}

/** Local and imported names of an import clause; not namespaces. */
function namesIn(clause: string): (readonly [local: string, imported: string])[] {
  const named = /\{([^}]*)\}/.exec(clause)?.[1] ?? '';
  const byDefault = /^([\w$]+)/.exec(clause)?.[1];
  return [
    ...(byDefault === undefined ? [] : [[byDefault, 'default'] as const]),
    ...named.split(',').flatMap((part) => {
      const [imported, local = imported] = part.trim().split(/\s+as\s+/);
      return imported === undefined || local === undefined || !/^[\w$]+$/.test(imported)
        ? []
        : [[local, imported] as const];
    }),
  ];
}
