import type { Open } from '../events.js';
import { formatDuration } from './durations.js';
import { harmlessName } from './harmless.js';

const named = 3;
const longestPath = 40;

/** `GET /export (41 s), 2 websockets`: the requests that are open longest by name, the rest counted. */
export function describeOpen(open: readonly Open[], ellipsis: string): string {
  const requests = open.filter((one) => one.tag === 'request').toSorted((a, b) => (b.age ?? 0) - (a.age ?? 0));
  const shown = requests.slice(0, named).map(({ method, path, age }) => {
    const since = age === null ? '' : ` (${formatDuration(age)})`;
    return `${harmlessName(method)} ${shortPath(path, ellipsis)}${since}`;
  });
  const more = requests.length - shown.length;
  const count = (tag: Open['tag']) => open.filter((one) => one.tag === tag).length;
  return [
    ...shown,
    ...counted(more, shown.length === 0 ? 'request' : 'more request'),
    ...counted(count('websocket'), 'websocket'),
    ...counted(count('events'), 'event stream'),
    ...counted(count('socket'), 'connection'),
  ].join(', ');
}

/** `GET /export`, `websocket`. */
export function nameOpen(open: Open, ellipsis: string): string {
  switch (open.tag) {
    case 'request':
      return `${harmlessName(open.method)} ${shortPath(open.path, ellipsis)}`;
    case 'events':
      return `event stream ${shortPath(open.path, ellipsis)}`;
    case 'websocket':
      return 'websocket';
    case 'socket':
      return 'connection';
  }
}

/** `1 request, 2 websockets`. */
export function countOpen(open: readonly Open[]): string {
  const count = (tag: Open['tag']) => open.filter((one) => one.tag === tag).length;
  return [
    ...counted(count('request'), 'request'),
    ...counted(count('websocket'), 'websocket'),
    ...counted(count('events'), 'event stream'),
    ...counted(count('socket'), 'connection'),
  ].join(', ');
}

function counted(count: number, noun: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`];
}

/** Without the query: it can hold secrets, and a screen is shared. */
function shortPath(path: string, ellipsis: string): string {
  const clean = harmlessName(path.split('?')[0] ?? path);
  return clean.length <= longestPath ? clean : `${clean.slice(0, longestPath - 1)}${ellipsis}`;
}
