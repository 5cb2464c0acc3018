import type { Exit, ZdrEvent } from '../events.js';
import { formatDuration } from './durations.js';
import type { Block, Look } from './look.js';

type Crashed = ZdrEvent & { type: 'crashed' };

/** The crash with what came of it: `respawnedIn` is null as long as nothing did. */
export function crash(
  { generation, exit, pause }: Crashed,
  respawnedIn: number | null,
  { paint, glyphs, mode }: Look,
): Block {
  const fate = respawnedIn === null ? next(pause, mode) : `respawned in ${formatDuration(respawnedIn)}`;
  return {
    head: `${paint.red(`${glyphs.failed} #${generation} crashed (${cause(exit)})`)}${paint.dim(`, ${fate}`)}`,
    body: [],
  };
}

/** How long a crash may wait for its respawn, so that both are one line. A longer one is said at once. */
export function tellsTogether({ pause }: Crashed): boolean {
  return pause !== null && pause < 500;
}

function next(pause: number | null, mode: Look['mode']): string {
  if (pause === null) return mode === 'dev' ? 'waiting for an edit' : 'trying again in a while';
  return pause < 1 ? 'respawning' : `respawning in ${formatDuration(pause)}`;
}

function cause({ code, signal }: Exit): string {
  return signal ?? `exit code ${code ?? 'unknown'}`;
}
