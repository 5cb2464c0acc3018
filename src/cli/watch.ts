import { ask } from '../control/ask.js';
import type { Status } from '../status.js';
import type { ControlCommand } from './control-command.js';
import { BUCKET, type Lane, look } from './lanes.js';
import { leave, say } from './output.js';
import { picture } from './picture.js';
import { missed, reach } from './reach.js';
import { openScreen } from './screen.js';
import { exitCodeOf } from './signals.js';
import type { View } from './style.js';
import { usageExit, wrong, wrongText } from './wrong.js';

const CTRL_Z = '\u001a';
/** q, Ctrl-C and Ctrl-D, which are no signals while keys come one by one. */
const QUIT: readonly string[] = ['q', '\u0003', '\u0004'];

/** `zdr status --watch`: a picture of what the instance does, until somebody quits or it ends. */
export async function watch(command: ControlCommand, view: View): Promise<never> {
  const { stdin, stdout } = process;
  if (!stdout.isTTY || process.env['TERM'] === 'dumb') {
    say(wrongText(wrong('--watch needs a terminal', 'zdr status --json tells a program', 'status'), view));
    return leave(usageExit);
  }
  const reached = await reach(command, view.cwd);
  if (reached.tag === 'missed') return missed(reached, view);
  const { path, pid } = reached.instance;

  const screen = openScreen(stdin, stdout, (keys) => {
    if (keys.includes(CTRL_Z)) suspend();
    else if ([...keys].some((key) => QUIT.includes(key))) quit(0);
  });
  const quit = (code: number): void => {
    screen.release();
    process.exit(code);
  };
  const suspend = (): void => {
    screen.release();
    // The shell gets the terminal as it was; after its `fg` the next line runs.
    process.kill(process.pid, 'SIGSTOP');
    draw();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => quit(exitCodeOf(signal)));
  process.on('SIGTSTP', suspend);

  let lanes: readonly Lane[] = [];
  let status: Status | null = null;
  let bucket = 0;
  const draw = (): void => {
    if (status !== null) screen.show(picture(status, lanes, bucket, view, screen.size()));
  };
  stdout.on('resize', draw);
  let why = 'it has ended';
  try {
    for await (const reply of ask(path, { ask: 'watch' })) {
      if (reply.tag === 'refused') why = reply.why;
      if (reply.tag !== 'status') continue;
      status = reply.status;
      bucket = Math.floor(performance.now() / BUCKET);
      lanes = look(lanes, status.generations, bucket);
      draw();
    }
  } catch (error) {
    why = (error as Error).message;
  }
  screen.release();
  say(wrongText(wrong(`zdr (pid ${pid}) is gone`, why, 'status'), view));
  return leave(1);
}
