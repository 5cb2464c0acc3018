import { ask } from '../control/ask.js';
import type { Instance } from '../control/find.js';
import type { Reloaded } from '../outcome.js';
import type { ControlCommand } from './control-command.js';
import { formatDuration } from './durations.js';
import { block } from './lines.js';
import { leave, say } from './output.js';
import { canMove, openProgress } from './progress.js';
import { missed, reach } from './reach.js';
import type { View } from './style.js';
import { wrong, wrongText } from './wrong.js';

/** `zdr reload`: 0 when the new code is live, 1 with the reason when it is not. */
export async function reload(command: ControlCommand, view: View): Promise<never> {
  const reached = await reach(command, view.cwd);
  if (reached.tag === 'missed') return missed(reached, view);
  const { instance } = reached;
  const { stderr } = process;
  const progress = stderr.isTTY && canMove(process.env) ? openProgress(view, () => stderr.columns, say) : null;
  progress?.show({ tag: 'reload', generation: null });
  try {
    for await (const reply of ask(instance.path, { ask: 'reload' })) {
      progress?.show(null);
      if (reply.tag === 'outcome') return await tell(reply.outcome, instance, view);
      if (reply.tag === 'refused') {
        say(wrongText(wrong(`zdr (pid ${instance.pid}) cannot reload`, reply.why, 'status'), view));
        return await leave(1);
      }
    }
  } catch {
    // As when it ends without an answer.
  }
  progress?.show(null);
  return tell({ tag: 'stopped' }, instance, view);
}

function tell(outcome: Reloaded, instance: Instance, view: View): Promise<never> {
  const { paint, glyphs } = view;
  switch (outcome.tag) {
    case 'live': {
      const { generation, ms } = outcome;
      say(`${paint.green(`${glyphs.reload} #${generation} live`)} ${paint.dim(`in ${formatDuration(ms)}`)}\n`);
      return leave(0);
    }
    case 'failed': {
      const look = { ...view, ...instance, version: '', interactive: false, networks: () => [] };
      const { head, body } = block(outcome.event, false, look);
      say(`${[...(head === null ? [] : [head]), ...body].join('\n')}\n`);
      return leave(1);
    }
    case 'stopped':
      say(`${paint.red(`${glyphs.failed} zdr ended before the reload was done`)}\n`);
      return leave(1);
  }
}
