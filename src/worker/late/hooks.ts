import type { MessagePort } from 'node:worker_threads';

// Runs in node's thread for hooks, which knows nothing of what the app has evaluated: it asks.

/** A package imports this, and node found it at `url`, or nowhere. */
export interface Wanted {
  readonly id: number;
  readonly specifier: string;
  readonly parent: string | undefined;
}

/** Import this instead; null: it is none of ours. */
export interface Instead {
  readonly id: number;
  readonly url: string | null;
  readonly error: string | null;
}

type Resolve = (specifier: string, context: { readonly parentURL?: string }) => Promise<{ readonly url: string }>;

let port: MessagePort | null = null;
let count = 0;
const waiting = new Map<number, (instead: Instead) => void>();

export function initialize(data: { readonly port: MessagePort }): void {
  port = data.port;
  port.on('message', (instead: Instead) => {
    waiting.get(instead.id)?.(instead);
    waiting.delete(instead.id);
  });
}

export async function resolve(
  specifier: string,
  context: { readonly parentURL?: string },
  next: Resolve,
): Promise<{ readonly url: string }> {
  const { parentURL } = context;
  if (port === null || !isAbsolute(specifier) || parentURL?.includes('/node_modules/') !== true)
    return next(specifier, context);
  const wanted: Wanted = { id: (count += 1), specifier, parent: parentURL };
  const answer = new Promise<Instead>((done) => waiting.set(wanted.id, done));
  port.postMessage(wanted);
  const { url, error } = await answer;
  if (error !== null) throw new SyntaxError(error);
  return url === null ? next(specifier, context) : ({ url, shortCircuit: true } as { readonly url: string });
}

function isAbsolute(specifier: string): boolean {
  return specifier.startsWith('file:') || specifier.startsWith('/');
}
