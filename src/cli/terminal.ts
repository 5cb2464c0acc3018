import type { ZdrEvent } from '../events.js';
import { crash, tellsTogether } from './crash.js';
import { jsonLine } from './json.js';
import { block } from './lines.js';
import type { Block, Look } from './look.js';
import { isProblem } from './problem.js';

/** How long a crash waits for the respawn that makes it one line, in ms. */
const together = 1_000;

export interface TerminalSettings {
  readonly look: Look;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Gets one text for each event. */
  write(text: string): void;
}

/**
 * Tells the events. No line that was written is ever rewritten: the app writes to the same terminal, and zdr cannot
 * know where its cursor is. What repeats is kept short instead: a reason that is still the same is not shown again.
 */
export class Terminal {
  readonly #settings: TerminalSettings;
  #waiting: {
    readonly event: ZdrEvent & { type: 'crashed' };
    readonly at: Date;
    readonly timer: NodeJS.Timeout;
  } | null = null;
  #last = { text: '', times: 1 };
  #troubled = false;
  #afterKey = false;

  constructor(settings: TerminalSettings) {
    this.#settings = settings;
  }

  /** Tells one event, in one write. */
  tell(event: ZdrEvent): void {
    const { look, json, quiet, write } = this.#settings;
    const at = new Date();
    if (json) {
      if (!quiet || isProblem(event)) write(jsonLine(event, at));
      return;
    }
    // Most old generations are gone before a person could read of them.
    if (event.type === 'drained' && !event.told) return;
    const crashed = this.#takeWaiting();
    if (crashed !== null && event.type === 'respawned' && event.generation === crashed.event.generation) {
      this.#print(crash(crashed.event, event.ms, look), crashed.at);
      return;
    }
    if (crashed !== null) this.#print(crash(crashed.event, null, look), crashed.at);
    if (event.type === 'crashed' && tellsTogether(event)) {
      const timer = setTimeout(() => this.flush(), together).unref();
      this.#waiting = { event, at, timer };
    } else if (!quiet || isProblem(event)) this.#print(block(event, this.#troubled, look), at);
    this.#troubled ||= isProblem(event);
  }

  /** The terminal has echoed `^C`: the next line begins on its own. */
  interrupted(): void {
    this.#afterKey = this.#settings.look.interactive && !this.#settings.json;
  }

  /** Tells what still waits. */
  flush(): void {
    const crashed = this.#takeWaiting();
    if (crashed !== null) this.#print(crash(crashed.event, null, this.#settings.look), crashed.at);
  }

  #takeWaiting() {
    const waiting = this.#waiting;
    this.#waiting = null;
    clearTimeout(waiting?.timer);
    return waiting;
  }

  #print({ head, body }: Block, at: Date): void {
    const { look, write } = this.#settings;
    const text = body.length > 0 ? body.join('\n') : (head ?? '');
    const times = head !== null && text === this.#last.text ? this.#last.times + 1 : 1;
    this.#last = { text, times };
    const lines = times > 1 ? [] : body;
    const count = times === 1 ? '' : look.paint.dim(body.length > 0 ? `, as above (x${times})` : ` (x${times})`);
    const first = head === null ? [] : [`${look.paint.dim(clock(at))} ${head}${count}`];
    write(`${this.#afterKey ? '\n' : ''}${[...first, ...lines].join('\n')}\n`);
    this.#afterKey = false;
  }
}

/** `14:02:11`, local. */
function clock(at: Date): string {
  return at.toTimeString().slice(0, 8);
}
