import type { Connection, Outcome } from '../support/connection.js';
import type { Body } from '../support/get.js';
import type { Project } from '../support/project.js';
import type { Found } from '../support/processes.js';
import type { Where } from '../support/where.js';
import type { Ended, Zdr, ZdrOptions } from '../support/zdr.js';
import type { Gates } from './gates.js';
import type { Phase } from './phases.js';

/** What zdr is, whether in a terminal or not. */
export interface Run {
  readonly pid: number;
  readonly exit: Promise<Ended>;
  processes(): Found[];
  kill(): void;
  story(): string;
}

/** One fault in one phase, while it is run. */
export interface Cell {
  readonly phase: Phase;
  readonly project: Project;
  readonly gates: Gates;
  readonly run: Run;
  /** Null where its events cannot be read: in a terminal. */
  readonly zdr: Zdr | null;
  /** Where the app listens by its own word. */
  where(): Where;
  save(version: number): Promise<void>;
  /** Waits until a new connection is answered by this. */
  answers(like: Partial<Body>): Promise<Body>;
  /** Connections that had a request before, and have none now. */
  readonly idle: readonly Connection[];
  /** Requests of this fault's own clients, which have to be answered. */
  readonly asked: Promise<Outcome>[];
  readonly old: number;
  /** The worker of generation 2. */
  newer(): Promise<number>;
  standby(): Promise<number>;
  esbuild(): Promise<number>;
}

/** Something that goes wrong. */
export interface Fault {
  readonly name: string;
  /** Why there is no such pair; null where there is. */
  readonly never?: (phase: Phase) => string | null;
  readonly options?: (gates: Gates) => Partial<ZdrOptions>;
  /** How it is started where that is not as ever. */
  readonly open?: (project: Project, env: Readonly<Record<string, string>>) => Promise<Run>;
  readonly before?: (project: Project) => Promise<void>;
  /** While the rollover stands in the phase. */
  readonly strike: (cell: Cell) => Promise<void>;
  /** When it may go on. */
  readonly after?: (cell: Cell) => Promise<void>;
  /** Whether a worker goes that connections of clients are on. */
  readonly takes?: (phase: Phase) => boolean;
  /** Zdr ends by it: after what is open is finished, at once with this code, or without a chance to do anything. */
  readonly ends?: 'graceful' | number | 'killed';
  /** The address changes, or nobody can tell: no clients meanwhile. */
  readonly alone?: true;
}
