/** With a module behind it: `import … from`, `export … from`, and imports for their effect alone. */
const STATEMENT = /\b(?:import\b|export\s*(?:type\s*)?[*{])[^'"`;]*?(["'])(?:(?!\1).)*\1[^;\n]*/g;

/** What the import and export statements of a source say of other modules. Another text may be another program. */
export function signatureOf(source: string | Uint8Array): string {
  return typeof source === 'string' ? (source.match(STATEMENT) ?? []).join('\n') : '';
}

/** Whether a source exports an enum. */
export function exportsEnum(source: string | Uint8Array): boolean {
  return typeof source === 'string' && /\bexport\s+(?:const\s+)?enum\b/.test(source);
}
