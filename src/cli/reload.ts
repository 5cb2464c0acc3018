import { ask } from '../control/ask.js';
import type { Reloaded } from '../outcome.js';
import type { ControlCommand } from './control-command.js';
import { formatDuration } from './durations.js';
import { block } from './lines.js';
import type { Look } from './look.js';
import { leave, say } from './output.js';
import { reach } from './reach.js';
import { wrong, wrongText } from './wrong.js';

/** `zdr reload`: 0 when the new code is live, 1 with the reason when it is not. */
export async function reload(command: ControlCommand, look: Look): Promise<never> {
  const reached = await reach(command, look.cwd);
  if (reached.tag === 'missed') {
    say(wrongText(wrong(reached.message, reached.hint), look));
    return leave(reached.code);
  }
  const { path, pid } = reached.instance;
  try {
    for await (const reply of ask(path, { ask: 'reload' })) {
      if (reply.tag === 'outcome') return await tell(reply.outcome, look);
      if (reply.tag === 'refused') {
        say(wrongText(wrong(`zdr (pid ${pid}) cannot reload`, reply.why), look));
        return await leave(1);
      }
    }
  } catch {
    // As when it ends without an answer.
  }
  return tell({ tag: 'stopped' }, look);
}

function tell(outcome: Reloaded, look: Look): Promise<never> {
  const { paint, glyphs } = look;
  switch (outcome.tag) {
    case 'live': {
      const { generation, ms } = outcome;
      say(`${paint.green(`${glyphs.reload} #${generation} live`)} ${paint.dim(`in ${formatDuration(ms)}`)}\n`);
      return leave(0);
    }
    case 'failed': {
      const { head, body } = block(outcome.event, false, look);
      say(`${[...(head === null ? [] : [head]), ...body].join('\n')}\n`);
      return leave(1);
    }
    case 'stopped':
      say(`${paint.red(`${glyphs.failed} zdr stopped before the reload was done`)}\n`);
      return leave(1);
  }
}
