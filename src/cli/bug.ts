import { harmless } from './harmless.js';
import type { Style } from './style.js';

/** Our own mistake: all that we know, and what to do. */
export function bugText(error: unknown, version: string, { paint, glyphs }: Style): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    paint.red(`${glyphs.failed} zdr itself failed; please report it with these lines`),
    harmless(stack),
    paint.dim(`zdr v${version}, Node ${process.version}, ${process.platform} ${process.arch}`),
    '',
  ].join('\n');
}
