import { resolve } from 'node:path';

import type { BuildMessage } from '../events.js';
import type { formatMessages, Message } from './esbuild.js';
import { toBuildMessage, traceBack, unshift } from './messages.js';
import type { BuilderOptions } from './settings.js';
import type { Source } from './sources.js';

/** Makes messages of esbuild into those that a person reads: about the sources as they are on the disk. */
export function tellingWith(
  format: typeof formatMessages,
  { cwd, terminalWidth = 100 }: BuilderOptions,
  sourceOf: (path: string) => Source | undefined,
) {
  return async (found: readonly Message[], kind: 'error' | 'warning'): Promise<BuildMessage[]> => {
    if (found.length === 0) return [];
    const straight = found.map((message) => ({
      ...unshift(
        traceBack(message, (file) => sourceOf(resolve(cwd, file))?.from ?? null),
        (file) => sourceOf(resolve(cwd, file))?.shift ?? null,
      ),
      // What to do about a missing package in esbuild's own configuration, which nobody has here.
      notes: message.notes.filter(({ text }) => !text.startsWith('You can mark the path')),
    }));
    const [plain, coloured] = await Promise.all(
      [false, true].map((color) => format(straight, { kind, color, terminalWidth })),
    );
    return straight.map((message, i) =>
      toBuildMessage(message, plain?.[i] ?? message.text, coloured?.[i] ?? message.text),
    );
  };
}
