import type { GenerationState } from '../status.js';
import { formatBytes, formatCount } from './amounts.js';
import { padEnd, padStart, piece, type Piece } from './columns.js';
import type { Glyphs } from './glyphs.js';
import { BUCKET, type Lane, type Mark, MARKS } from './lanes.js';

/** How lanes are drawn on a screen of a width. All of one picture share it. */
export interface Scale {
  /** Marks in a cell. */
  readonly per: number;
  readonly cells: number;
  /** The requests of the highest cell. */
  readonly top: number;
  readonly bucket: number;
  readonly memory: boolean;
}

const LABEL = 14;
const NUMBERS = 19;
const MEMORY = 9;

export function scaleFor(lanes: readonly Lane[], bucket: number, width: number): Scale {
  const memory = width >= 76;
  const room = Math.max(10, width - 2 - LABEL - NUMBERS - (memory ? MEMORY : 0));
  const per = room >= MARKS ? 1 : 2;
  const cells = Math.min(room, MARKS / per);
  const scale = { per, cells, bucket, memory, top: 1 };
  return {
    ...scale,
    top: Math.max(1, ...lanes.flatMap((lane) => cellsOf(lane, scale).map((cell) => cell?.requests ?? 0))),
  };
}

/** `#12 live      ▁▂▅▅▆   118/s    1 open   84 MB`. */
export function laneLine(lane: Lane, scale: Scale, glyphs: Glyphs): readonly Piece[] {
  const { id, now } = lane;
  const state = now?.state ?? 'gone';
  const workers = now?.workers ?? [];
  const cells = cellsOf(lane, scale);
  const each = BUCKET * scale.per;
  // The last cell may have only just begun.
  const rate = Math.round(((cells.at(-2)?.requests ?? 0) * 1_000) / each);
  const open = workers.reduce((sum, { usage }) => sum + (usage?.underWay ?? 0), 0);
  const memory = workers.reduce((sum, worker) => sum + (worker.memory?.rss ?? 0), 0);
  const colour = now === null ? 'dim' : colourOf(now.state);
  return [
    piece(`  ${padEnd(`#${id} ${state}`, LABEL)}`, colour),
    ...cells.map((cell) => (cell === null ? piece(' ') : piece(signOf(cell, scale.top, glyphs), colourOf(cell.state)))),
    ...(now === null
      ? []
      : [
          piece(padStart(`${formatCount(rate)}/s`, 9)),
          piece(padStart(`${formatCount(open)} open`, 10), open > 0 ? 'yellow' : 'dim'),
          piece(scale.memory ? padStart(formatBytes(memory), MEMORY) : '', 'dim'),
        ]),
  ];
}

/** What the lanes mean in time. */
export function axis({ cells, per }: Scale): readonly Piece[] {
  const start = `${Math.round((cells * per * BUCKET) / 1_000)} s ago`;
  return [piece(`  ${' '.repeat(LABEL)}${padEnd(start, cells - 3)}now`, 'dim')];
}

/** Oldest first; null: the generation was not there. */
function cellsOf(
  { marks }: Lane,
  { per, cells, bucket }: Pick<Scale, 'per' | 'cells' | 'bucket'>,
): readonly (Mark | null)[] {
  // Cells begin at whole multiples, so that they do not change while they wander.
  const last = Math.floor(bucket / per);
  return Array.from({ length: cells }, (_, at): Mark | null => {
    const first = (last - cells + 1 + at) * per;
    const inside = Array.from({ length: per }, (_, step) => marks.get(first + step)).filter(
      (mark) => mark !== undefined,
    );
    const newest = inside.at(-1);
    if (newest === undefined) return null;
    return { ...newest, requests: inside.reduce((sum, { requests }) => sum + requests, 0) };
  });
}

function signOf({ requests, open }: Mark, top: number, { levels, open: something, dot }: Glyphs): string {
  if (requests === 0) return open > 0 ? something : dot;
  return levels[Math.min(levels.length - 1, Math.floor((requests / top) * (levels.length - 0.01)))] ?? dot;
}

function colourOf(state: GenerationState): Piece['colour'] {
  switch (state) {
    case 'live':
    case 'done':
      return 'green';
    case 'taking':
    case 'rolling':
      return 'cyan';
    case 'waiting':
    case 'booting':
      return 'dim';
    case 'draining':
    case 'retiring':
    case 'reverting':
      return 'yellow';
    case 'down':
      return 'red';
  }
}
