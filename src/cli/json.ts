import type { ZdrEvent } from '../events.js';

/** One event as one line, with the time. Colours are for people and left out. */
export function jsonLine(event: ZdrEvent, at: Date): string {
  return `${JSON.stringify({ time: at.toISOString(), ...event }, (key, value: unknown) => (key === 'coloured' ? undefined : value))}\n`;
}
