import { inspect, isDeepStrictEqual } from 'node:util';
import type { BuildMessage, ZdrEvent } from '../events.js';
import { openInstance, type Instance } from '../instance/instance.js';
import { failureMessage } from '../build/messages.js';
import { openFollower, type Follower } from './follow.js';
import type { First } from './first.js';
import type { Given } from './given.js';
import type { Prepared, Sink } from './prepare.js';
import type { Wrong } from './wrong.js';

export { endService } from '../build/esbuild.js';

/** A run whose configuration is followed. */
export type Running = Omit<Instance, 'configure' | 'refuse'>;

/** Opens the instance, and keeps it to its configuration. `first`: a worker that was forked ahead of all this. */
export function openRun(prepared: Prepared, sink: Sink, first: First | null): Running {
  const { onEvent } = sink;
  let given: Given = prepared.given;
  let follower: Follower | null = null;

  function tell(event: ZdrEvent): void {
    onEvent(event);
    // Something may be told while the instance is being opened.
    follower?.begin();
    if (event.type !== 'ready' && event.type !== 'live') return;
    void callLive(given.onLive, event, (error) =>
      onEvent({ type: 'warning', message: 'onLive failed', hint: inspect(error), section: 'config' }),
    );
  }

  const options = {
    ...prepared.options,
    ...sink,
    onEvent: tell,
    // Where files are not watched, a reload is how another configuration arrives.
    refresh: prepared.options.watching === null ? () => follower?.reread([]) ?? Promise.resolve(true) : null,
  };
  const instance = openInstance(options, first);
  follower = openFollower(prepared, {
    apply(next, causes) {
      const late = (['quiet', 'json', 'color', 'inspect', 'timing'] as const).filter(
        (key) => !isDeepStrictEqual(next.given[key], given[key]),
      );
      given = next.given;
      if (late.length > 0)
        onEvent({
          type: 'warning',
          message: `${late.join(' and ')}: from the next start of zdr on`,
          hint: null,
          section: 'config',
        });
      const { inspect, timing } = prepared.options;
      instance.configure({ ...next.options, inspect, timing }, causes);
    },
    refuse: (wrong) => instance.refuse([messageOf(wrong)]),
  });
  void instance.closed.then(() => follower?.close());
  return instance;
}

type OnLive = NonNullable<Given['onLive']>;

async function callLive(hook: OnLive | undefined, event: Parameters<OnLive>[0], failed: (error: unknown) => void) {
  try {
    await hook?.(event);
  } catch (error) {
    failed(error);
  }
}

/** A configuration that cannot be used is told as what it is for the app: a build that failed. */
function messageOf({ message, detail, hint }: Wrong): BuildMessage {
  return failureMessage(
    [message, ...(detail === undefined ? [] : ['', detail]), ...(hint === '' ? [] : ['', `    ${hint}`])].join('\n'),
  );
}
