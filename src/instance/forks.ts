import type { Inspector } from '../inspect/inspector.js';
import { openWorkers, type Workers, type WorkersOptions } from '../primary/workers.js';
import { receive } from './messages.js';
import type { Parts } from './parts.js';

interface Known extends Pick<WorkersOptions, 'cwd' | 'first' | 'onPids'> {
  readonly inspector: Inspector | null;
}

/** What the system means by it, and what helps. zdr goes on trying. */
const WHY: Readonly<Record<string, string>> = {
  EMFILE: 'too many open files (EMFILE)',
  EAGAIN: 'too many processes (EAGAIN)',
};
const HOW: Readonly<Record<string, string>> = {
  EMFILE: 'zdr keeps trying; raise the limit with ulimit -n',
  EAGAIN: 'zdr keeps trying; end some, or raise the limit with ulimit -u',
};

/** The processes of a run, and whom of its parts what happens to them concerns. */
export function openForks({ cwd, first, onPids, inspector }: Known, parts: () => Parts): Workers {
  return openWorkers({
    cwd,
    first,
    execArgv: () => parts().options.execArgv,
    onPipe: inspector === null ? null : (worker, pipe) => inspector.linked(worker, pipe),
    onMessage: (worker, message, handle) => receive(parts(), worker, message, handle),
    hasRoom: () => parts().transit.hasRoom(),
    isForked: () => parts().spoken.forked(),
    onAppMessage: (worker, message) => parts().spoken.said(worker, message),
    onExit(worker, exit) {
      const { ahead, sockets, fallbacks, usages, input, unbound, rollover, transit } = parts();
      ahead?.exited(worker);
      inspector?.exited(worker);
      sockets.gone(worker);
      fallbacks.delete(worker);
      usages.gone(worker);
      input.gone(worker);
      unbound.blame(worker);
      rollover.dispatch({ type: 'worker-exited', worker, exit });
      transit.gone(worker);
    },
    onRefused(code) {
      const message = `no process can be started: ${WHY[code] ?? code}`;
      parts().options.onEvent({ type: 'warning', message, hint: HOW[code] ?? null, section: null });
    },
    onPids,
  });
}
