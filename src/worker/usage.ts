import { performance } from 'node:perf_hooks';
import type { Open } from '../events.js';
import { clock } from '../protocol/clock.js';
import { LISTED, type SocketCounts, type Usage } from '../status.js';
import { isHeld } from './hold.js';
import { countStreams, isSession } from './http2.js';
import { isEventStream, isUpgraded, listOpen, responseOf } from './open.js';
import { countRequests } from './requests.js';
import { allConnections, type Connection, isWeb } from './sockets.js';

/** What this worker does, looked up when somebody asks: until then it costs a count for each request. */
export function usageSince(asked: number): Usage {
  const delay = Math.max(0, clock() - asked);
  const open = listOpen().toSorted((one, other) => age(other) - age(one));
  const requests = countRequests() + countStreams();
  return {
    delay,
    busy: performance.eventLoopUtilization().active,
    requests,
    served: requests - open.filter(({ tag }) => tag === 'request' || tag === 'events').length,
    underWay: open.length,
    open: open.slice(0, LISTED),
    sockets: countSockets(),
    rss: process.memoryUsage.rss(),
  };
}

function age(open: Open): number {
  return open.age ?? 0;
}

function countSockets(): SocketCounts {
  const counts = { request: 0, idle: 0, websocket: 0, events: 0, session: 0, raw: 0, carried: 0 };
  for (const connection of allConnections()) counts[kindOf(connection)] += 1;
  return counts;
}

function kindOf(connection: Connection): keyof SocketCounts {
  if (isHeld(connection)) return 'carried';
  if (isSession(connection)) return 'session';
  const response = responseOf(connection.speaker);
  if (response !== null) return isEventStream(response) ? 'events' : 'request';
  if (isUpgraded(connection)) return 'websocket';
  return isWeb(connection) ? 'idle' : 'raw';
}
