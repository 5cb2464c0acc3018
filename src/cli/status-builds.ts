import type { BuildStatus, Status } from '../status.js';
import { formatCount } from './amounts.js';
import { padEnd, piece, type Piece } from './columns.js';
import { formatDuration } from './durations.js';
import { shownPath } from './paths.js';
import type { View } from './style.js';

/** The last builds, the newest first, one a line. */
export function buildLines(builds: Status['builds'], most: number, look: View): readonly (readonly Piece[])[] {
  const shown = builds.slice(-most).toReversed();
  const texts = shown.map(describe);
  const width = Math.max(0, ...texts.map(([text]) => text.length));
  return shown.map(({ time, causes }, at) => {
    const [text, colour] = texts[at] ?? ['', null];
    const [first, ...rest] = causes;
    const more = rest.length === 0 ? '' : ` +${rest.length} more`;
    return [
      piece(`  ${new Date(time).toTimeString().slice(0, 8)}  `, 'dim'),
      piece(first === undefined ? text : padEnd(text, width + 2), colour),
      ...(first === undefined ? [] : [piece(shownPath(first, look.cwd), 'cyan'), piece(more, 'dim')]),
    ];
  });
}

function describe({ outcome, generation, build, modules, live }: BuildStatus): readonly [string, Piece['colour']] {
  const part = modules === null ? '' : ` (${formatCount(modules[0])} of ${formatCount(modules[1])} modules)`;
  const took = build === null ? '' : `, build ${formatDuration(build)}${part}`;
  switch (outcome) {
    case 'live':
      return [`#${generation} live in ${formatDuration(live ?? 0)}${took}`, 'green'];
    case 'unchanged':
      return [`same bundle${took}`, 'dim'];
    case 'build-failed':
      return ['build failed', 'red'];
    case 'boot-failed':
      return [`#${generation} failed while booting`, 'red'];
  }
}
