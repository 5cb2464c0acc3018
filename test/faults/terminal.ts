import { until } from '../support/deadline.js';
import type { Project } from '../support/project.js';
import { noTerminal, Pty, zdrCommand } from '../support/pty.js';
import type { Fault, Run } from './cell.js';

async function inTerminal(project: Project, env: Readonly<Record<string, string>>): Promise<Run> {
  const pty = new Pty(project, `exec ${zdrCommand} dev src/app.ts --boot 4s --drain 10s`, { env });
  const find = () =>
    pty.processes().find(({ command }) => command.includes('bin/zdr.js') && !command.includes('script'));
  const { pid } = await until('zdr in the terminal', find);
  const exit = until('zdr ends', () => find() === undefined).then(() => ({ code: 0, signal: null }));
  // Where the fault never came nobody waits for the end.
  exit.catch(() => {});
  return {
    pid,
    exit,
    processes: () => pty.processes(),
    kill: () => pty.kill(),
    story: () => pty.plain(),
  };
}

export const terminalFaults: readonly Fault[] = [
  {
    name: 'the terminal is closed',
    never: () => noTerminal || null,
    open: inTerminal,
    ends: 'graceful',
    async strike({ run }) {
      const terminal = run.processes().find(({ command }) => command.startsWith('script '));
      process.kill(terminal!.pid, 'SIGKILL');
    },
  },
  {
    name: 'standard input is closed',
    options: () => ({ stdin: 'pipe' }),
    strike: async ({ zdr }) => void zdr!.pipes.stdin!.end(),
  },
  {
    name: 'nobody reads standard output (| head)',
    strike: async ({ zdr }) => void zdr!.pipes.stdout!.destroy(),
  },
];
