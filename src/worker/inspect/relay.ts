import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import {
  type InspectorError,
  lineReader,
  type Params,
  PIPE,
  type ToInspector,
  type ToRelay,
} from '../../protocol/inspect.js';

/**
 * Runs in a thread of a worker, and carries the sessions of its main thread's inspector to the primary. So it answers
 * while the main thread stands at a breakpoint or runs in a loop, no port is opened, and node has nothing to print.
 */
type Post = (method: string, params: Params, done: (error: Error | null, result?: Params) => void) => void;

const sessions = new Map<number, Session>();
/** Commands that have no answer yet. */
let unanswered = 0;
const pipe = new Socket({ fd: PIPE });

function say(message: ToInspector): void {
  pipe.write(`${JSON.stringify(message)}\n`);
}

function open(id: number): void {
  const session = new Session();
  session.connectToMainThread();
  session.on('inspectorNotification', (event) => {
    const { method, params = {} } = event as unknown as { method: string; params?: Params };
    say({ tag: 'event', session: id, event: { method, params } });
  });
  sessions.set(id, session);
}

function handle(message: ToRelay): void {
  if (message.tag === 'open') return open(message.session);
  const { session: number } = message;
  const session = sessions.get(number);
  if (session === undefined) return;
  if (message.tag === 'close') {
    sessions.delete(number);
    return session.disconnect();
  }
  const { id, method, params } = message;
  unanswered += 1;
  (session.post as unknown as Post).call(session, method, params, (error, result = {}) => {
    unanswered -= 1;
    if (error === null) say({ tag: 'answer', session: number, id, result });
    else say({ tag: 'refusal', session: number, id, error: refusalOf(error) });
  });
}

/** How often it is looked whether an answer is late, in ms. */
const LATE = 100;

/**
 * Node 26 now and then does not wake this thread for an answer of the main thread. It comes with that to the next
 * command, so one is asked that does nothing.
 */
function wakeForAnswers(): void {
  let asked = false;
  setInterval(() => {
    const [session] = sessions.values();
    if (asked || unanswered === 0 || session === undefined) return;
    asked = true;
    (session.post as unknown as Post).call(session, 'Schema.getDomains', {}, () => {
      asked = false;
    });
  }, LATE).unref();
}

/** `Inspector error -32601: 'Foo.bar' wasn't found`: node has put it into words. */
function refusalOf({ message }: Error): InspectorError {
  const [, code, text] = /^Inspector error (-?\d+): ([^]*)$/.exec(message) ?? [];
  return code === undefined || text === undefined ? { code: -32_000, message } : { code: Number(code), message: text };
}

pipe.setEncoding('utf8');
pipe.on(
  'data',
  lineReader((line) => handle(JSON.parse(line) as ToRelay)),
);
say({ tag: 'up' });
wakeForAnswers();
// The primary is gone; the worker ends by itself.
pipe.on('error', () => pipe.destroy());
