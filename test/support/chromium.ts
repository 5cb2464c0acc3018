import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { until, within } from './deadline.js';

/** The program, or null where none is installed. */
export function chromium(): string | null {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // The next name.
    }
  }
  return null;
}

/** A browser is large, and the machine may be busy, ms. */
export const PATIENCE = 60_000;

/** A headless browser, driven by its own protocol. */
export class Browser {
  /** Where it serves its own pages, those of its developer tools among them. */
  readonly origin: string;
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #listeners = new Set<(message: Message) => void>();
  #last = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket, origin: string) {
    this.origin = origin;
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
      for (const listener of this.#listeners) listener(message);
    });
  }

  static async open(program: string): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'zdr-chromium-'));
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync', '--disable-quic'];
    const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage'];
    const child = spawn(
      program,
      [...flags, ...quiet, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
      { stdio: 'ignore' },
    );
    const place = await until(
      'the browser is up',
      () => readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => null),
      PATIENCE,
    );
    const [port, path] = place.split('\n');
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    await within('the browser answers', once(socket, 'open'));
    return new Browser(child, profile, socket, `http://127.0.0.1:${port}`);
  }

  /** `prepare` may set up the page before it loads. */
  async open(url: string, prepare?: (page: Page) => Promise<void>): Promise<Page> {
    const { targetId } = await this.send('Target.createTarget', { url: prepare === undefined ? url : 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page: Page = {
      evaluate: (code) => this.#evaluate(sessionId as string, code),
      send: (method, params) => this.send(method, params, sessionId as string),
      on: (method, listener) =>
        void this.#listeners.add((message) => {
          if (message.method === method && message.sessionId === sessionId) listener(message.params);
        }),
    };
    await prepare?.(page);
    if (prepare !== undefined) await page.send('Page.navigate', { url });
    return page;
  }

  async #evaluate(sessionId: string, expression: string): Promise<unknown> {
    try {
      const { result } = await this.send('Runtime.evaluate', { expression, returnByValue: true }, sessionId);
      return (result as { value?: unknown }).value;
    } catch (cause) {
      if (/navigated|context was destroyed|Cannot find (default )?(execution )?context/.test(String(cause)))
        return undefined;
      throw cause;
    }
  }

  async send(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    this.#last += 1;
    const id = this.#last;
    const answer = new Promise<Message>((resolve) => {
      this.#answers.set(id, resolve);
    });
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    const { result, error } = await within(method, answer, PATIENCE);
    if (result === undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    await this.send('Browser.close', {}).catch(() => this.#child.kill('SIGKILL'));
    await within('the browser ends', ended);
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface Page {
  /** The value of an expression in the page; undefined while it loads. */
  evaluate(code: string): Promise<unknown>;
  /** A command of the browser's protocol. */
  send(method: string, params: object): Promise<Record<string, unknown>>;
  on(method: string, listener: (params: any) => void): void;
}

interface Message {
  readonly id: number;
  readonly result?: Record<string, unknown>;
  readonly error?: unknown;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: any;
}
