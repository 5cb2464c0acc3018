import { ask } from '../control/ask.js';
import type { ControlCommand } from './control-command.js';
import { leave, say } from './output.js';
import { missed, reach } from './reach.js';
import { statusLines } from './status-lines.js';
import type { View } from './style.js';
import { wrong, wrongText } from './wrong.js';

/** `zdr status`, to stdout: this is what was asked for. */
export async function status(command: ControlCommand, view: View): Promise<never> {
  const reached = await reach(command, view.cwd);
  if (reached.tag === 'missed') return missed(reached, view);
  const { path, pid } = reached.instance;
  let why = 'it ended before it answered';
  try {
    for await (const reply of ask(path, { ask: 'status' })) {
      if (reply.tag === 'refused') why = reply.why;
      if (reply.tag !== 'status') continue;
      const { columns = Infinity } = process.stdout;
      const lines = command.json ? [JSON.stringify(reply.status)] : statusLines(reply.status, view, columns);
      await new Promise<void>((resolve) => process.stdout.write(`${lines.join('\n')}\n`, () => resolve()));
      return await leave(0);
    }
  } catch (error) {
    why = (error as Error).message;
  }
  say(wrongText(wrong(`zdr (pid ${pid}) does not answer`, why, 'status'), view));
  return leave(1);
}
