import type { Address, ZdrEvent } from '../events.js';
import { formatDuration } from './durations.js';
import type { Look } from './look.js';
import { shownPath } from './paths.js';
import { urls } from './urls.js';

/** What is shown when the first generation serves. `late`: something failed before, so the time says nothing. */
export function banner(event: ZdrEvent & { type: 'ready' }, late: boolean, look: Look): readonly string[] {
  const { paint, glyphs } = look;
  const ready = late ? 'ready' : `ready in ${paint.bold(formatDuration(event.ms))}`;
  const workers = look.workers === 1 ? '1 worker' : `${look.workers} workers`;
  const server = event.addresses.length === 0 ? ['no server'] : [];
  const entry = [paint.cyan(shownPath(look.entry, look.cwd)), ...[workers, ...server].map(paint.dim)];
  return [
    '',
    `  ${paint.green(paint.bold('zdr'))} ${paint.green(`v${look.version}`)}  ${ready}`,
    '',
    ...event.addresses.flatMap((address) => addressLines(address, look)),
    row('Entry', entry.join(paint.dim(` ${glyphs.dot} `)), look),
    ...(look.keys?.() === true
      ? [paint.dim(`  ${glyphs.pointer}  press ${paint.bold('h + enter')} to show help`)]
      : []),
    '',
  ];
}

/** The rows of one address. */
export function addressLines(address: Address, look: Look): readonly string[] {
  return urls(address, look.networks(), look.paint).map(({ label, text }) =>
    label === 'Local' ? row(label, text, look) : look.paint.dim(`  ${look.glyphs.pointer}  ${label} ${text}`),
  );
}

function row(label: string, text: string, { paint, glyphs }: Look): string {
  return `  ${paint.green(glyphs.pointer)}  ${paint.bold(label.padEnd(7))} ${text}`;
}
