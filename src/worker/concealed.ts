/**
 * A process that a person starts has no channel, and its app may ask: `if (process.send)` means that somebody has forked
 * it. So where nobody but zdr is at the other end, what node keeps of the channel on `process` is there only while node
 * itself works with it: while it reads, while it answers what it has read, and while we send.
 */

/** Four that are public, and node's own. */
const NAMES = new Set<string | symbol>(
  'send connected disconnect channel _send _disconnect _channel _handleQueue _pendingMessage'.split(' '),
);

type Properties = readonly (readonly [string | symbol, PropertyDescriptor])[];

/** What is not on `process` now: null before {@link conceal}. Node's, or meanwhile what the app has put there. */
let away: Properties | null = null;
let users = 0;

/** Node's own listeners, which confirm handles, are there before ours, which may call the app. */
export function surroundNode(): void {
  process.prependListener('internalMessage' as 'message', begin);
  process.on('internalMessage' as 'message', end);
}

interface Reader {
  onread?: unknown;
}

/** Libuv's pipe of the channel, where node names it as expected. Within {@link shown}. */
export function channelPipe(): Reader | undefined {
  const mark = Object.getOwnPropertySymbols(process).find(({ description }) => description === 'kChannelHandle');
  if (mark === undefined) return undefined;
  NAMES.add(mark);
  return Reflect.get(process, mark) as Reader;
}

/** From here on the app has no channel. `onGone`: it has ended. False: that cannot be done, the app sees ours. */
export function conceal(onGone: () => void): boolean {
  const pipe = channelPipe();
  const read = pipe?.onread;
  if (pipe === undefined || typeof read !== 'function') return false;
  pipe.onread = function (this: unknown, ...args: unknown[]): unknown {
    return shown(() => {
      const result: unknown = Reflect.apply(read, this, args);
      if (!process.connected) onGone();
      return result;
    });
  };
  away = [];
  swap();
  return true;
}

/** Runs what node does with the channel. */
export function shown<T>(work: () => T): T {
  begin();
  try {
    return work();
  } finally {
    end();
  }
}

function begin(): void {
  users += 1;
  if (users === 1) swap();
}

function end(): void {
  users -= 1;
  if (users === 0) swap();
}

function swap(): void {
  if (away === null) return;
  const here: Properties = [...NAMES].flatMap((name) => {
    const property = Object.getOwnPropertyDescriptor(process, name);
    return property === undefined ? [] : [[name, property] as const];
  });
  for (const [name] of here) Reflect.deleteProperty(process, name);
  for (const [name, property] of away) Object.defineProperty(process, name, property);
  away = here;
}
