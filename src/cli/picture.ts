import type { Status } from '../status.js';
import { fit, padEnd, padStart, piece, type Piece } from './columns.js';
import { formatDuration } from './durations.js';
import { axis, laneLine, scaleFor } from './lane-line.js';
import type { Lane } from './lanes.js';
import { nameOpen } from './open.js';
import { buildLines } from './status-builds.js';
import { statusHead } from './status-head.js';
import type { View } from './style.js';

/** So many lanes at most: more generations do not drain side by side. */
const LANES = 9;

/** The picture of `zdr status --watch`: no more than `height` lines of at most `width` columns. */
export function picture(
  status: Status,
  lanes: readonly Lane[],
  bucket: number,
  view: View,
  { width, height }: { readonly width: number; readonly height: number },
): readonly string[] {
  const shown = lanes.slice(0, Math.max(1, Math.min(LANES, height - 4)));
  const scale = scaleFor(shown, bucket, width);
  const lines: (readonly Piece[])[] = [
    statusHead(status, view),
    [],
    ...shown.map((lane) => laneLine(lane, scale, view.glyphs)),
    axis(scale),
  ];
  const open = openLines(status, view);
  const builds = buildLines(status.builds, 5, view);
  const quit: readonly Piece[] = [piece('  q quits', 'dim')];
  for (const part of [open, builds, [quit]]) {
    const room = height - lines.length - 1;
    if (part.length > 0 && room > 0) lines.push([], ...part.slice(0, room));
  }
  return lines.map((pieces) => fit(pieces, width, view.glyphs.ellipsis, view.paint));
}

/** So many of what is open are named. */
const NAMED = 6;

/** What is open longest, of all workers; and who does not answer. */
function openLines({ generations }: Status, { glyphs }: View): readonly (readonly Piece[])[] {
  const workers = generations.flatMap(({ id, workers }) => workers.map((worker) => ({ id, worker })));
  const open = workers
    .flatMap(({ id, worker }) => (worker.usage?.open ?? []).map((one) => ({ id, one })))
    .toSorted((first, second) => (second.one.age ?? 0) - (first.one.age ?? 0));
  const mute = workers.filter(({ worker }) => worker.usage === null && worker.state !== 'killed');
  return [
    ...mute.map(({ id, worker }) => [
      piece(`  ${padEnd(`#${id}`, 6)}`),
      piece(`worker ${worker.pid} does not answer`, 'red'),
    ]),
    ...open
      .slice(0, NAMED)
      .map(({ id, one }) => [
        piece(`  ${padEnd(`#${id}`, 6)}`),
        piece(padStart(one.age === null ? '' : formatDuration(one.age), 11), 'yellow'),
        piece(`  ${nameOpen(one, glyphs.ellipsis)}`),
      ]),
  ];
}
