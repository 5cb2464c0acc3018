import type { IncomingMessage, ServerResponse } from 'node:http';
import { isTrusted } from '../trust.js';

/** What a page learns. `next`: another generation answers from here on. */
type News = { readonly generation: number; readonly trouble: string | null } | { readonly next: true };

interface Listener {
  readonly response: ServerResponse;
  /** It may see the error. */
  readonly trusted: boolean;
}

const listeners = new Set<Listener>();
let generation = 0;
let trouble: string | null = null;

/** Which generation this worker is of, and what keeps the next one from coming. */
export function begin(number: number, problem: string | null): void {
  generation = number;
  trouble = problem;
}

/** A page listens. */
export function follow(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 300\n\n');
  const listener = { response, trusted: isTrusted(request) };
  listeners.add(listener);
  response.once('close', () => listeners.delete(listener));
  tellOne(listener, { generation, trouble });
}

/** The save that was tried last cannot run; null: it can. */
export function setTrouble(text: string | null): void {
  trouble = text;
  for (const listener of listeners) tellOne(listener, { generation, trouble });
}

/** Ends the streams. `next`: the pages are to load themselves anew. */
export function farewell(next: boolean): void {
  for (const listener of listeners) {
    if (next) tellOne(listener, { next: true });
    listener.response.end();
  }
  listeners.clear();
}

function tellOne({ response, trusted }: Listener, news: News): void {
  const known = 'trouble' in news && !trusted ? { ...news, trouble: null } : news;
  response.write(`data: ${JSON.stringify(known)}\n\n`);
}
