import { holderOf } from '../primary/holder.js';
import type { Handle } from '../primary/workers.js';
import type { ToPrimary } from '../protocol/messages.js';
import type { Parts } from './parts.js';

/** Takes a message of a worker to the part that it is for. */
export function receive(parts: Parts, worker: number, message: ToPrimary, handle: Handle | undefined): void {
  const { rollover, workers, sockets, transit, source, announcer, ahead, inspector } = parts;
  const { dispatch } = rollover;
  switch (message.tag) {
    case 'standby':
      if (inspector !== null && worker >= 0) {
        workers.send(worker, { tag: 'inspect' });
        inspector.up(worker);
      }
      dispatch({ type: 'worker-standby', worker });
      if (isStandby(parts, worker)) getReady(parts, worker);
      if (worker < 0 || isStandby(parts, worker)) ahead?.up(worker);
      return;
    case 'loaded':
    case 'warmed':
    case 'stale':
    case 'tried':
    case 'tried-all':
    case 'refused':
      return ahead?.handle(worker, message);
    case 'bound':
      if (handle === undefined) return;
      parts.unbound.bound(worker);
      sockets.bound(worker, message.key, message.address, message.standsIn !== null, handle);
      if (message.standsIn === null) sockets.share(message.key, siblings(parts, worker));
      parts.asked.shared(message.key);
      announcer.listens(worker, message.address);
      return dispatch({ type: 'worker-listening', worker, key: message.key, more: message.more });
    case 'number':
      return sockets.number(message.key, message.port);
    case 'ask':
      return parts.asked.ask(worker, message.key, isAlone(parts, worker));
    case 'not-bound':
      return parts.unbound.refused(worker, message.error);
    case 'listening':
      parts.unbound.bound(worker);
      sockets.listening(worker, message.key);
      return dispatch({ type: 'worker-listening', worker, key: message.key, more: message.more });
    case 'release':
      sockets.release(worker, message.key);
      return dispatch({ type: 'worker-released', worker, key: message.key });
    case 'said-ready':
      return dispatch({ type: 'worker-said-ready', worker });
    case 'holds':
      return dispatch({ type: 'worker-holds', worker, held: message.held });
    case 'begun':
      parts.spoken.begun(worker);
      return dispatch({ type: 'worker-begun', worker });
    case 'evaluated':
      return dispatch({ type: 'worker-evaluated', worker });
    case 'clocked': {
      const generation = generationOf(parts, worker);
      if (generation !== null) parts.timings?.clocked(generation, message);
      return;
    }
    case 'answered': {
      const generation = generationOf(parts, worker);
      const ms = generation === null ? null : (parts.timings?.answered(generation, message.at) ?? null);
      if (generation !== null && ms !== null) parts.options.onEvent({ type: 'answered', generation, ms });
      return;
    }
    case 'failed':
      if (message.unfit !== null && source.keepStatic(message.unfit)) return dispatch({ type: 'worker-unfit', worker });
      return dispatch({ type: 'worker-failed', worker, error: { ...message.error, holder: holderOf(message.error) } });
    case 'cut':
      return dispatch({ type: 'worker-cut', worker });
    case 'move':
      if (handle !== undefined) transit.move(message.key, message.past, message.peer, handle);
      return;
    case 'accepted':
      return transit.accepted(worker, message.burden);
    case 'took':
      return transit.took(message.ids);
    case 'missed':
      return transit.missed(message.id);
    case 'relays':
      return dispatch({ type: 'worker-relays', worker });
    case 'no-live-reload':
      return parts.pages.cannot(message.path, message.why);
    case 'fallback':
      parts.fallbacks.set(worker, [...(parts.fallbacks.get(worker) ?? []), message.name]);
      return;
    case 'drained':
      return dispatch({ type: 'worker-drained', worker });
    case 'open':
      return dispatch({ type: 'worker-open', worker, open: message.open });
    case 'usage':
      return parts.usages.answered(worker, message.usage);
    case 'stdin':
      return parts.input.reads(worker, message.reads);
    case 'probed':
      return dispatch({ type: 'worker-probed', worker });
  }
}

/** A standby has time. */
function getReady({ workers, source }: Parts, worker: number): void {
  workers.send(worker, { tag: 'rehearse' });
  const file = source.base();
  if (file !== null) workers.send(worker, { tag: 'compile', file });
}

function generationOf({ rollover }: Parts, worker: number): number | null {
  const found = rollover.state().workers.find(({ id }) => id === worker);
  return found !== undefined && 'generation' in found ? found.generation : null;
}

/** Workers that may want what this one has just bound: those beside it, and those that are to follow it. */
function siblings({ rollover }: Parts, worker: number): readonly number[] {
  const { workers } = rollover.state();
  const own = workers.find(({ id }) => id === worker);
  if (own === undefined || !('listening' in own)) return [];
  return workers.flatMap((other) => {
    const runs = other.tag === 'booting' || other.tag === 'ready' || other.tag === 'live';
    return runs && other.id !== worker && other.generation >= own.generation ? other.id : [];
  });
}

function isAlone(parts: Parts, worker: number): boolean {
  const own = generationOf(parts, worker);
  return !parts.rollover.state().workers.some((other) => {
    const runs = other.tag === 'booting' || other.tag === 'ready' || other.tag === 'live';
    return runs && other.id !== worker && other.generation === own;
  });
}

function isStandby({ rollover }: Parts, worker: number): boolean {
  return rollover.state().workers.some(({ id, tag }) => id === worker && tag === 'standby');
}
