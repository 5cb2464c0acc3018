import { type ChildProcess, spawn } from 'node:child_process';
import { until } from './deadline.js';

/** `node inspect`, node's own debugger in the terminal, driven as a person does it. */
export class NodeInspect {
  readonly #child: ChildProcess;
  #text = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout!.setEncoding('utf8').on('data', (piece: string) => (this.#text += piece));
  }

  static async attach(host: string): Promise<NodeInspect> {
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const child = spawn(process.execPath, ['inspect', host], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const inspect = new NodeInspect(child);
    try {
      await inspect.shows(/debug> /, 0);
    } catch (error) {
      inspect.end();
      throw error;
    }
    return inspect;
  }

  now(): number {
    return this.#text.length;
  }

  /** Waits for a text at or after `since`, and for the prompt behind it: what is typed before that is lost. */
  async shows(text: RegExp, since: number): Promise<string> {
    const [found] = await until(`${text} and the prompt, in ${this.#text.slice(since)}`, () =>
      this.#text.endsWith('debug> ') ? text.exec(this.#text.slice(since)) : null,
    );
    return found;
  }

  /** Types a line, and waits for what it comes to. */
  async type(line: string, outcome: RegExp): Promise<string> {
    const since = this.now();
    this.#child.stdin!.write(`${line}\n`);
    return this.shows(outcome, since);
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
