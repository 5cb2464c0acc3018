import { removeBundle } from '../build/bundles.js';
import type { Effect } from '../rollover/effects.js';
import { environmentOf } from './environment.js';
import type { Parts } from './parts.js';

/** Does what the rollover decided. */
export function carryOut(parts: Parts, effect: Effect): void {
  const { options, rollover, workers, sockets, transit, source, announcer, inspector, route } = parts;
  const { send } = workers;
  switch (effect.type) {
    case 'build':
      return void source.build();
    case 'discard':
      return void removeBundle(effect.bundle);
    case 'fork':
      return workers.fork(effect.worker, environmentOf(options), effect.idle);
    case 'load': {
      parts.reaper.start();
      sockets.handTo(effect.worker);
      const program = {
        generation: effect.generation,
        file: effect.bundle.file,
        entry: options.entry,
        args: options.args,
        numbers: sockets.numbers(),
        tickets: parts.tickets,
        workers: options.workers,
        readyUrl: options.readyUrl,
        liveReload: options.liveReload,
        trouble: parts.pages.trouble(),
        timing: parts.timings !== null,
      };
      const load = (inspector: string | null): void => {
        parts.timings?.sent(effect.generation);
        send(effect.worker, { tag: 'load', program: { ...program, inspector } });
      };
      if (inspector === null) return load(null);
      return inspector.prepare(effect.worker, effect.generation, effect.bundle.file, load);
    }
    case 'hold-out':
      sockets.handTo(effect.worker);
      return send(effect.worker, { tag: 'hold-out', outage: effect.outage });
    case 'go':
      parts.ahead?.serves(effect.worker);
      send(effect.worker, { tag: 'go', report: options.ahead, timing: parts.timings !== null });
      return transit.flush();
    case 'cut':
      return send(effect.worker, { tag: 'cut', move: effect.move });
    case 'end':
      return send(effect.worker, { tag: 'end', polite: effect.polite });
    case 'list':
      return send(effect.worker, { tag: 'list' });
    case 'probe':
      if (parts.unbound.blame(effect.worker)) return;
      return send(effect.worker, { tag: 'probe' });
    case 'terminate':
      return workers.terminate(effect.worker);
    case 'kill':
      return workers.kill(effect.worker);
    case 'route':
      route.generation = effect.generation;
      parts.timings?.ready(effect.generation);
      for (const { id } of rollover.state().workers) send(id, { tag: 'routed' });
      return;
    case 'timer':
      return parts.timers.after(effect.ms, effect.timer, () =>
        rollover.dispatch({ type: 'time', timer: effect.timer }),
      );
    case 'report':
      if (effect.event.type === 'live') inspector?.live(effect.event.generation);
      return announcer.tell(effect.event);
    case 'exit':
      return void parts.close(effect.code);
  }
}
