import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { until, within } from './deadline.js';

export interface Message {
  readonly method: string;
  readonly params: any;
}

export interface Place {
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** A debugger, as editors are: speaks the inspector's protocol over one WebSocket, and finds sources by source maps. */
export class Debugger {
  readonly events: Message[] = [];
  closed = false;
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, (answer: any) => void>();
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString());
      if (message.id === undefined) this.events.push(message);
      else this.#pending.get(message.id)?.(message);
    });
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => {});
  }

  static async attach(url: string): Promise<Debugger> {
    const socket = new WebSocket(url);
    await within(`attach to ${url}`, new Promise((done, fail) => socket.on('open', done).on('error', fail)));
    return new Debugger(socket);
  }

  /** The answer, an error too. */
  async ask(method: string, params: object = {}): Promise<any> {
    const id = ++this.#count;
    const answer = new Promise<any>((done) => this.#pending.set(id, done));
    this.#socket.send(JSON.stringify({ id, method, params }));
    return within(method, answer);
  }

  /** The result; an error fails. */
  async do(method: string, params: object = {}): Promise<any> {
    const { result, error } = await this.ask(method, params);
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  now(): number {
    return this.events.length;
  }

  /** Waits for an event at or after `since`. */
  async event(method: string, since = 0, fits: (params: any) => boolean = () => true): Promise<any> {
    const found = await until(`${method} of ${this.events.slice(since).map((event) => event.method)}`, () =>
      this.events.slice(since).find((event) => event.method === method && fits(event.params)),
    );
    return found.params;
  }

  /** The bundle among the scripts, as the last `scriptParsed` of one has it. */
  async bundle(since = 0): Promise<any> {
    return this.event('Debugger.scriptParsed', since, ({ url, sourceMapURL }) => isBundle(url) && sourceMapURL !== '');
  }

  /** Evaluates where it stands. */
  async evaluate(paused: any, expression: string): Promise<unknown> {
    const { callFrameId } = paused.callFrames[0];
    const { result } = await this.do('Debugger.evaluateOnCallFrame', {
      callFrameId,
      expression,
      returnByValue: true,
    });
    return result.value;
  }

  close(): void {
    this.#socket.close();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

function isBundle(url: string): boolean {
  return /\/(?:zdr-[^/]+|zdr\/\d+)\/\d+\.[cm]js$/.test(url);
}

/** Where a line of a source, counted from 1, begins in a script: what an editor asks its source map. */
export async function generated(script: any, source: string, line: number): Promise<Place> {
  const { map, folder } = await mapOf(script);
  const lines = (await readFile(fileURLToPath(script.url), 'utf8')).split('\n');
  for (const [lineNumber, text] of lines.entries()) {
    // The banner is of no source.
    for (let columnNumber = 0; lineNumber > 0 && columnNumber < text.length; columnNumber++) {
      const entry = map.findEntry(lineNumber, columnNumber);
      if (!('originalSource' in entry) || entry.generatedLine !== lineNumber) continue;
      if (entry.generatedColumn !== columnNumber || entry.originalLine !== line - 1) continue;
      if (resolve(folder, entry.originalSource) === source) return { url: script.url, lineNumber, columnNumber };
    }
  }
  throw new Error(`${source}:${line} is not in ${script.url}`);
}

/** `file:line` of the source that a place in a script comes from. */
export async function original(script: any, location: any): Promise<string> {
  const { map, folder } = await mapOf(script);
  const entry = map.findEntry(location.lineNumber, location.columnNumber ?? 0);
  if (!('originalSource' in entry)) return 'nowhere';
  return `${resolve(folder, entry.originalSource)}:${entry.originalLine + 1}`;
}

async function mapOf(script: any): Promise<{ map: SourceMap; folder: string }> {
  const path = fileURLToPath(new URL(script.sourceMapURL, script.url));
  return { map: new SourceMap(JSON.parse(await readFile(path, 'utf8'))), folder: dirname(path) };
}
