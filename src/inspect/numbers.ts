import type { Params } from '../protocol/inspect.js';

/**
 * V8 numbers scripts and contexts anew in each process, and debuggers take a number that they know for the script that
 * they know. So each session that a client comes to see has numbers of its own: V8's, moved by `offset`.
 */
const CONTEXTS = new Set(['executionContextId', 'contextId']);

/** The room of one session. V8 comes to some hundred scripts, a large app to some thousand. */
export const ROOM = 10_000_000;

/** A message with its numbers moved; `offset` is negative for what goes to V8. */
export function renumber(message: Params, offset: number): Params {
  return offset === 0 ? message : (moved(message, offset) as Params);
}

function moved(value: unknown, offset: number): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, offset));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = movedProperty(key, item, offset);
  return copy;
}

function movedProperty(key: string, item: unknown, offset: number): unknown {
  if (key === 'scriptId' && typeof item === 'string' && /^\d+$/.test(item)) return String(Number(item) + offset);
  if (CONTEXTS.has(key) && typeof item === 'number') return item + offset;
  // `Runtime.executionContextCreated`
  if (key === 'context' && typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'number')
    return { ...(moved(item, offset) as object), id: item.id + offset };
  return moved(item, offset);
}
