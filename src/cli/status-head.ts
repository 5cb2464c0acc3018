import type { Status } from '../status.js';
import { counted } from './amounts.js';
import { piece, type Piece } from './columns.js';
import { formatDuration } from './durations.js';
import { shownPath } from './paths.js';
import type { View } from './style.js';

/** `zdr src/app.ts · pid 4711 · up 12 min`. */
export function statusHead({ entry, pid, uptime, watching }: Status, { cwd, glyphs }: View): readonly Piece[] {
  const dot = piece(` ${glyphs.dot} `, 'dim');
  return [
    piece('  zdr ', 'green'),
    piece(shownPath(entry, cwd), 'cyan'),
    dot,
    piece(`pid ${pid}`),
    dot,
    piece(`up ${formatDuration(uptime)}`),
    ...(watching.tag === 'paused' ? [dot, piece(`paused, ${counted(watching.saved, 'file')} saved`, 'yellow')] : []),
  ];
}
