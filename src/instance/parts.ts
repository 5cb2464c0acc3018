import type { InstanceOptions } from '../options.js';
import type { Inspector } from '../inspect/inspector.js';
import type { Ahead } from '../primary/ahead.js';
import type { Rollover } from '../primary/dispatch.js';
import type { Reaper } from '../primary/reaper.js';
import type { Sockets } from '../primary/sockets.js';
import type { Timings } from '../primary/timings.js';
import type { Transit } from '../primary/transit.js';
import type { Workers } from '../primary/workers.js';
import type { Fallback } from '../protocol/messages.js';
import type { Usages } from '../primary/usage.js';
import type { Announcer } from './announce.js';
import type { Asked } from './asked.js';
import type { History } from './history.js';
import type { Input } from './input.js';
import type { Pages } from './pages.js';
import type { Source } from './source.js';
import type { Spoken } from './spoken.js';
import type { Timers } from './timers.js';
import type { Unbound } from './unbound.js';

/** What an instance is made of. Each part has one owner, `openInstance`, which closes it. */
export interface Parts {
  /** Replaced as a whole when the configuration changes, with what reads it. */
  options: InstanceOptions;
  readonly rollover: Rollover;
  readonly workers: Workers;
  readonly sockets: Sockets;
  readonly transit: Transit;
  source: Source;
  readonly announcer: Announcer;
  readonly history: History;
  readonly usages: Usages;
  readonly input: Input;
  readonly timers: Timers;
  readonly pages: Pages;
  readonly spoken: Spoken;
  readonly unbound: Unbound;
  readonly asked: Asked;
  readonly reaper: Reaper;
  /** Null: nothing is measured. */
  readonly timings: Timings | null;
  /** Null: packages are never evaluated ahead. */
  ahead: Ahead | null;
  /** What a handover from each worker has to do without, by worker; most are not in here. */
  readonly fallbacks: Map<number, readonly Fallback[]>;
  /** Null: nobody debugs. */
  readonly inspector: Inspector | null;
  /** The generation that new requests and moved connections go to. */
  readonly route: { generation: number | null };
  /** Shared by all generations, in base64: a TLS session that one of them began resumes with another. */
  readonly tickets: string;
  /** Everything has ended, but for what `close` is still to end. */
  close(code: number): Promise<void>;
}

/** The workers that answer what comes now. */
export function servingWorkers({ rollover, route }: Pick<Parts, 'rollover' | 'route'>): readonly number[] {
  return rollover
    .state()
    .workers.filter(
      (worker) => (worker.tag === 'ready' || worker.tag === 'live') && worker.generation === route.generation,
    )
    .map(({ id }) => id);
}
