import type { BuildMessage, ZdrEvent } from '../events.js';
import { addressLines, banner } from './banner.js';
import { bootFailure } from './boot-failure.js';
import { crash } from './crash.js';
import { formatDuration } from './durations.js';
import { translate } from './glyphs.js';
import { harmless, harmlessColoured, harmlessName } from './harmless.js';
import { inspecting, inspectFailed } from './debugging.js';
import { afterwards, type Block, type Look } from './look.js';
import { countOpen, describeOpen } from './open.js';
import { shownPath } from './paths.js';
import { moreIn } from './readme.js';
import { timingLines } from './timing.js';

const mostMessages = 5;

/** What an event looks like. Pure; the time in front is the terminal's. */
export function block(event: ZdrEvent, late: boolean, look: Look): Block {
  const { paint, glyphs } = look;
  const line = (head: string, body: readonly string[] = []): Block => ({ head, body });
  switch (event.type) {
    case 'ready':
      return { head: null, body: banner(event, late, look) };
    case 'listening':
      return { head: null, body: addressLines(event.address, look) };
    case 'live':
      return line(
        `${paint.green(glyphs.reload)} ${causes(event.causes, look)} ${paint.dim(glyphs.arrow)} ${paint.green(`#${event.generation} live`)} ${paint.dim(`in ${formatDuration(event.ms)}`)}`,
        event.timing === undefined ? [] : timingLines(event.timing, event.ms, look),
      );
    case 'answered':
      return line(paint.dim(`${glyphs.done} #${event.generation} first answer ${formatDuration(event.ms)} after live`));
    case 'unchanged': {
      const stays = event.live === null ? '' : `, ${afterwards(event.live, look)}`;
      return line(paint.dim(`${glyphs.reload} ${causes(event.causes, look)} ${glyphs.arrow} same bundle${stays}`));
    }
    case 'build-failed':
      return line(
        `${paint.red(`${glyphs.failed} build failed`)}${paint.dim(`, ${afterwards(event.live, look)}`)}`,
        messages(event.errors, 'error', look),
      );
    case 'build-warning':
      return line(
        paint.yellow(`${glyphs.warning} ${counted(event.warnings.length, 'build warning')}`),
        messages(event.warnings, 'warning', look),
      );
    case 'boot-failed':
      return bootFailure(event, look);
    case 'crashed':
      return crash(event, null, look);
    case 'respawned':
      return line(
        `${paint.green(glyphs.reload)} ${paint.green(`#${event.generation} respawned`)} ${paint.dim(`in ${formatDuration(event.ms)}`)}`,
      );
    case 'done':
      return line(
        `${paint.green(`${glyphs.done} #${event.generation} done`)}${paint.dim(` (exit code 0)${look.mode === 'dev' ? ', waiting for an edit' : ''}`)}`,
      );
    case 'draining':
      return line(
        `${paint.yellow(glyphs.draining)} #${event.generation} ${paint.dim('finishes')} ${describeOpen(event.open, glyphs.ellipsis)}`,
      );
    case 'drained':
      return line(`${paint.green(glyphs.done)} #${event.generation} ${paint.dim('done')}`);
    case 'cut-short':
      return line(
        `${cutShort(event, look)} ${describeOpen(event.open, glyphs.ellipsis)}`,
        event.asked ? [] : [paint.dim('  --drain gives old code more time'), moreIn('options', look.cwd, look)],
      );
    case 'paused':
      return line(`${paint.yellow(`${glyphs.draining} paused`)}${paint.dim(', saves wait')}`);
    case 'resumed': {
      const saved =
        event.causes.length === 0
          ? paint.dim(', nothing was saved')
          : ` ${paint.dim(glyphs.arrow)} ${causes(event.causes, look)}`;
      return line(`${paint.green(`${glyphs.reload} watching`)}${saved}`);
    }
    case 'suspended':
      return line(
        `${paint.yellow(`${glyphs.stopped} suspended`)}${paint.dim(`, clients wait ${glyphs.dot} fg continues`)}`,
      );
    case 'continued':
      return line(`${paint.green(`${glyphs.reload} goes on`)} ${paint.dim(`after ${formatDuration(event.ms)}`)}`);
    case 'stopping': {
      const open = event.open.length === 0 ? '' : `, ${countOpen(event.open)} open`;
      const force = look.interactive ? paint.dim(` ${glyphs.dot} press ctrl+c again to force`) : '';
      return line(`${paint.yellow(glyphs.stopped)} stopping${open}${open === '' ? '' : force}`);
    }
    case 'stopped':
      return line(`${paint.green(glyphs.stopped)} stopped${event.forced ? ' by force' : ''}`);
    case 'inspecting':
      return { head: null, body: inspecting(event, look) };
    case 'inspect-failed':
      return line(paint.red(`${glyphs.failed} ${inspectFailed(event)}`), [
        paint.dim('  another one: --inspect=9230, or any: --inspect=0'),
        moreIn('debugging', look.cwd, look),
      ]);
    case 'warning':
      return line(paint.yellow(`${glyphs.warning} ${harmless(event.message)}`), [
        ...(event.hint === null ? [] : [paint.dim(`  ${harmless(event.hint)}`)]),
        ...(event.section === null ? [] : [moreIn(event.section, look.cwd, look)]),
      ]);
  }
}

/** `src/db.ts +3 more`. Without a cause somebody asked for the reload. */
function causes(paths: readonly string[], { cwd, paint }: Look): string {
  const [first, ...rest] = paths;
  if (first === undefined) return paint.cyan('reload');
  return `${paint.cyan(shownPath(first, cwd))}${rest.length === 0 ? '' : paint.dim(` +${rest.length} more`)}`;
}

function cutShort({ generation, asked }: ZdrEvent & { type: 'cut-short' }, { paint, glyphs }: Look): string {
  return asked
    ? `${paint.yellow(glyphs.draining)} #${generation} ${paint.dim('was told to end')}`
    : paint.red(`${glyphs.failed} #${generation} ran out of time, ended`);
}

/** The frames of esbuild, with one empty line between them. */
function messages(all: readonly BuildMessage[], noun: string, { coloured, glyphs, paint }: Look): readonly string[] {
  const shown = all.slice(0, mostMessages).flatMap((message, at) => {
    // Colours of the sources' own could not be told from esbuild's.
    const painted = coloured && !message.plain.includes('\u001b');
    const text = (painted ? message.coloured : message.plain).trim() || harmlessName(message.text);
    const safe = painted ? harmlessColoured(text) : harmless(text);
    return [...(at === 0 ? [] : ['']), ...translate(safe, glyphs).split('\n')];
  });
  const more = all.length - mostMessages;
  return more > 0 ? [...shown, '', paint.dim(`  +${counted(more, `more ${noun}`)}`)] : shown;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
