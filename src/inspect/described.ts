import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long a node may take to tell of its protocol, in ms. */
const PATIENCE = 10_000;

let described: Promise<string> | null = null;

/**
 * What `/json/protocol` gives: V8's and node's description of the protocol, as JSON. It is within node, which tells it at
 * the port of its own inspector alone; so one that does nothing else is asked, once.
 */
export function describedProtocol(): Promise<string> {
  described ??= ask().catch((cause: unknown) => {
    described = null;
    throw cause;
  });
  return described;
}

async function ask(): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE);
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', '-e', 'process.stdin.resume()'], {
    env: {},
    // Its end comes with ours, at the latest.
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const failed = once(child, 'error', { signal }).then(([error]) => Promise.reject(error as Error));
  try {
    const host = await Promise.race([failed, hostIn(child.stderr, signal)]);
    const response = await fetch(`http://${host}/json/protocol`, { signal });
    return await response.text();
  } finally {
    failed.catch(() => {});
    child.kill('SIGKILL');
  }
}

async function hostIn(stderr: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  let text = '';
  for await (const piece of stderr.setEncoding('utf8')) {
    signal.throwIfAborted();
    text += String(piece);
    const host = /ws:\/\/([^/\s]+)\//.exec(text)?.[1];
    if (host !== undefined) return host;
  }
  throw new Error(`node does not listen: ${text}`);
}
