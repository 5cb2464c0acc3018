import { type ChildProcess, spawn } from 'node:child_process';
import { isatty } from 'node:tty';

/**
 * Takes the workers along when the primary is killed by SIGKILL, when none of its own code can run: a shell that
 * waits for the end of its input and has the list of what is to end. It works on a worker in an endless loop too,
 * costs about 1 MB, and does nothing until then. Then it puts the terminal's mode back too, if Ctrl-C is no signal in
 * it: so an app in raw mode leaves it, and no shell that edits a line, whose mode must stay.
 */
export interface Reaper {
  /** An app is going to run: what came before would end by itself, or wait for the next run to be removed. */
  start(): void;
  /** Replaces the list: leaders of process groups. */
  watch(pids: readonly number[]): void;
  /** Lets go without ending anything. */
  close(): void;
}

/**
 * Lines hold the pids; the last one counts. An empty last line: nothing to do. The folders that are its arguments are
 * removed as well. Descriptor 3 is the terminal, if there is one.
 */
const SCRIPT = `
pids=none
mode=
[ -t 3 ] && mode=$(stty -g <&3 2>/dev/null)
while read -r line; do pids=$line; done
[ -n "$pids" ] || exit 0
for pid in $pids; do [ "$pid" = none ] || kill -9 "-$pid" 2>/dev/null; done
rm -rf -- "$@"
[ -n "$mode" ] || exit 0
case $(stty -a <&3) in *-isig*) stty "$mode" <&3 ;; esac
`;

/** It is there after so long in any case, in ms. */
const PATIENCE = 500;

export function openReaper(folders: readonly string[]): Reaper {
  if (process.platform === 'win32') return { start() {}, watch() {}, close() {} };
  let shell: ChildProcess | null = null;
  let closed = false;
  let line = lineOf([]);
  let started = false;
  const start = (): void => {
    clearTimeout(timer);
    if (closed || started) return;
    started = true;
    shell = startShell(folders);
    // Without a shell the workers still end when they see the channel close, unless they are in an endless loop.
    for (const event of ['error', 'exit']) shell.on(event, () => (shell = null));
    shell.stdin?.write(line);
  };
  // A first build may take long, or fail. The terminal's mode has to be read before an app can change it.
  const timer = isatty(0) ? undefined : setTimeout(start, PATIENCE);
  timer?.unref();
  if (timer === undefined) setImmediate(start);
  return {
    // What it is to look after comes first: to start a process takes as long as a third of the build.
    start: () => void (started || setImmediate(start)),
    watch(pids) {
      line = lineOf(pids);
      shell?.stdin?.write(line);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      shell?.stdin?.end('\n');
    },
  };
}

function lineOf(pids: readonly number[]): string {
  return `${pids.length === 0 ? 'none' : pids.join(' ')}\n`;
}

function startShell(folders: readonly string[]): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'zdr-reaper', ...folders], {
    // In its own session, or the Ctrl-C that ends the primary would end it first.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', isatty(0) ? 0 : 'ignore'],
  });
  shell.stdin?.on('error', () => {});
  shell.unref();
  (shell.stdin as unknown as { unref?(): void } | null)?.unref?.();
  return shell;
}
