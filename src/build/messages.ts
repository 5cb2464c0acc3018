import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';

import type { BuildMessage } from '../events.js';
import type { Shift } from './rewrite.js';
import type { Unresolved } from './unresolved.js';

/** As much of esbuild's messages as is needed here. */
export interface Located {
  readonly text: string;
  readonly location: {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly length: number;
    readonly lineText: string;
  } | null;
}

/** Moves a message about a text that was made of another one to its place there. */
export function traceBack<M extends Located>(
  message: M,
  fromOf: (file: string) => { readonly text: string; readonly map: string } | null,
): M {
  const { location } = message;
  const from = location === null ? null : fromOf(location.file);
  if (location === null || from === null) return message;
  const found = new SourceMap(JSON.parse(from.map) as SourceMapPayload).findEntry(location.line - 1, location.column);
  if (!('originalLine' in found)) return message;
  const { originalLine, originalColumn } = found;
  const lineText = from.text.split('\n')[originalLine] ?? '';
  return { ...message, location: { ...location, line: originalLine + 1, column: originalColumn, lineText } };
}

/** Takes out of a message what was put in front of the line that it shows. */
export function unshift<M extends Located>(message: M, shiftOf: (file: string) => Shift | null): M {
  const { location } = message;
  const shift = location === null ? null : shiftOf(location.file);
  if (location === null || shift === null || location.line !== shift.line) return message;
  const { column, length } = shift;
  const lineText = location.lineText.slice(0, column) + location.lineText.slice(column + length);
  const moved = location.column < column ? location.column : Math.max(column, location.column - length);
  return { ...message, location: { ...location, lineText, column: moved } };
}

/** The imports that found nothing. `base` is what the files of the messages are relative to. */
export function unresolvedIn(messages: readonly Located[], base: string): Unresolved[] {
  return messages.flatMap(({ text, location }) => {
    const specifier = /^Could not resolve "(.*)"/.exec(text)?.[1];
    if (specifier === undefined) return [];
    if (location !== null) return [{ specifier, folder: dirname(resolve(base, location.file)) }];
    return isAbsolute(specifier) ? [{ specifier, folder: dirname(specifier) }] : [];
  });
}

export function toBuildMessage({ text, location }: Located, plain: string, coloured: string): BuildMessage {
  return {
    text,
    file: location?.file ?? null,
    line: location?.line ?? 0,
    column: location?.column ?? 0,
    plain: plain.trimEnd(),
    coloured: coloured.trimEnd(),
  };
}

/** A failure that has no place in the sources: a full disk, a builder that died twice. */
export function failureMessage(error: unknown): BuildMessage {
  return plainMessage(error instanceof Error ? error.message : String(error), 'ERROR');
}

/** In the looks of esbuild's own. */
export function plainMessage(text: string, kind: 'ERROR' | 'WARNING'): BuildMessage {
  const line = `${kind === 'ERROR' ? '✘' : '▲'} [${kind}] ${text}`;
  return toBuildMessage({ text, location: null }, line, `\u001B[${kind === 'ERROR' ? 31 : 33}m${line}\u001B[39m`);
}
