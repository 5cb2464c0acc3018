import type { Address, AppError, Open } from '../events.js';
import type { Usage } from '../status.js';
import type { EnvChange, Plan, Required, Stale, Unit } from './ahead.js';

/**
 * What primary and workers say to each other, one union per direction. A message travels as `{ cmd: ENVELOPE, zdr }`:
 * node hands messages whose `cmd` starts with NODE_ to 'internalMessage', so that the app's own
 * `process.on('message')` never sees them. Messages and handles of one channel arrive in the order sent.
 */
export const ENVELOPE = 'NODE_ZDR';

/** Names a listening address as the app asked for it, e.g. `4:127.0.0.1:3000`, `6::0#1`, `unix:/run/app.sock`. */
export type Key = string;

/** What a connection has done before it moves. */
export interface Past {
  /** Requests that have begun on it. */
  readonly requests: number;
  /** When its last answer ended, or it was accepted: ms of the clock that all processes of a machine share. */
  readonly since: number;
}

/** What connections a worker has. */
export interface Burden {
  /** Now. */
  readonly open: number;
  /** Since it is live. */
  readonly total: number;
}

/** What an app can ask a socket about its other end, when the transport ends in another process than the app. */
export interface Peer {
  /** `remoteAddress`, `localPort` and the like, as the socket named them. */
  readonly names: Readonly<Record<string, string | number>>;
  readonly tls: PeerTls | null;
  /** The next answer is to be the last one: an older worker lives on only to carry this connection. */
  readonly last: boolean;
}

export interface PeerTls {
  readonly alpn: string | false;
  readonly servername: string | false | null;
  readonly protocol: string | null;
  readonly cipher: { readonly name: string; readonly standardName: string; readonly version: string };
  readonly authorized: boolean;
  readonly authorizationError: string | null;
  readonly resumed: boolean;
  /** The client's own, DER in base64. */
  readonly certificate: string | null;
}

/** The argument of a worker whose app has a channel, as one that was forked: what it says by `process.send` means something. */
export const FORKED = 'forked';

export type ToWorker =
  /** The answer to `standby`: connections come and go on a pipe of their own. */
  | { readonly tag: 'lane' }
  /** With a listening handle that the primary keeps: the app's `listen` for this key takes it, and waits for `go`. */
  | { readonly tag: 'adopt'; readonly key: Key; readonly address: Address }
  | { readonly tag: 'load'; readonly program: Program }
  /** To a standby: there is time to get ready for an app, whatever it will be. */
  | { readonly tag: 'rehearse' }
  /** To a standby: evaluate these packages ahead. An app that comes meanwhile does not wait for the rest. */
  | { readonly tag: 'warm'; readonly number: number; readonly plan: Plan }
  /** To a standby: compile this file of pieces ahead. */
  | { readonly tag: 'compile'; readonly file: string }
  /** A save: look whether what was evaluated ahead is still what lies on the disk. */
  | { readonly tag: 'check' }
  /** To a process that will never be a standby: find out which of these can be evaluated ahead. */
  | { readonly tag: 'try'; readonly plan: Plan }
  /** No app: hold the clients of one that cannot run. */
  | { readonly tag: 'hold-out'; readonly outage: Outage }
  /** This worker is live: accept, and start what was taken. `report`: say soon what was loaded. */
  | { readonly tag: 'go'; readonly report: boolean; readonly timing: boolean }
  /** Stop accepting at once, confirm, then move what is idle (`move`) or end it politely. */
  | { readonly tag: 'cut'; readonly move: boolean }
  /** With an open connection of an older generation. */
  | {
      readonly tag: 'take';
      readonly id: number;
      readonly key: Key;
      readonly past: Past | null;
      readonly peer: Peer | null;
    }
  /** Connections go to another generation from here on: relays to the one before are given up. */
  | { readonly tag: 'routed' }
  /** End now what is still open. `polite`: only what has no end of its own (WebSockets, event streams). */
  | { readonly tag: 'end'; readonly polite: boolean }
  /** What each worker of this generation has in the mean. */
  | { readonly tag: 'fair'; readonly share: Burden }
  /** What keeps the next version from coming, for open pages; null: nothing does. */
  | { readonly tag: 'trouble'; readonly text: string | null }
  | { readonly tag: 'list' }
  /** Start the thread that serves the debugger, see `inspect.ts`. */
  | { readonly tag: 'inspect' }
  /** `sent`: by {@link clock}, which all processes share. */
  | { readonly tag: 'usage'; readonly sent: number }
  | { readonly tag: 'probe' }
  /** The answer to `ask`. */
  | { readonly tag: 'asked'; readonly key: Key }
  /** The primary let go of its copy of a listening handle (or keeps it for others). */
  | { readonly tag: 'released'; readonly key: Key }
  /** Close the handle that stands in for `key` and bind the real address. */
  | { readonly tag: 'rebind'; readonly key: Key };

export type ToPrimary =
  | { readonly tag: 'standby' }
  /** With a copy of the handle that this worker has bound. `more`: others follow, of the same turn of the app. */
  | {
      readonly tag: 'bound';
      readonly key: Key;
      readonly address: Address;
      readonly standsIn: Key | null;
      readonly more: boolean;
    }
  /** What the system gave for a port 0; the next generation asks for the same. */
  | { readonly tag: 'number'; readonly key: Key; readonly port: number }
  /** An address is taken: has a sibling bound it just now? Answered by `asked`, and a copy before it where there is one. */
  | { readonly tag: 'ask'; readonly key: Key }
  /** The app cannot have the address that it asked for, and was told so. */
  | { readonly tag: 'not-bound'; readonly error: AppError }
  /** An adopted handle is in use. */
  | { readonly tag: 'listening'; readonly key: Key; readonly address: Address; readonly more: boolean }
  /** The app closed its server. */
  | { readonly tag: 'release'; readonly key: Key }
  /** A handover from this worker has to do without something. */
  | { readonly tag: 'fallback'; readonly name: Fallback }
  /** It has the app and evaluates it from here on. */
  | { readonly tag: 'begun' }
  | { readonly tag: 'evaluated' }
  /** How far the evaluation of the app has come, by the wall clock in ms. `slowest`: the modules that took longest. */
  | {
      readonly tag: 'clocked';
      readonly began: number;
      readonly ended: number;
      readonly slowest: readonly (readonly [file: string, ms: number])[];
    }
  /** Its first answer went out, by the wall clock. */
  | { readonly tag: 'answered'; readonly at: number }
  /**
   * What the app has loaded from node_modules, and how it changed the environment. `script`: its bundle is CommonJS.
   * `undici`: it had node's undici before its first request.
   */
  | {
      readonly tag: 'loaded';
      readonly required: readonly Required[];
      readonly change: EnvChange;
      readonly script: boolean;
      readonly undici: boolean;
    }
  /** All of what was sent with this number is evaluated ahead. */
  | { readonly tag: 'warmed'; readonly number: number }
  /** This worker is not what a cold start would be, does nothing any more and wants to be replaced. */
  | { readonly tag: 'stale'; readonly why: Stale }
  | { readonly tag: 'tried'; readonly unit: Unit }
  | { readonly tag: 'tried-all' }
  /** This package does something that others could see. */
  | { readonly tag: 'refused'; readonly file: string; readonly reason: string }
  | { readonly tag: 'said-ready' }
  /** The app needs time (or no more) before it can take over, whatever it listens on. */
  | { readonly tag: 'holds'; readonly held: boolean }
  /** `unfit`: the package that cannot be loaded in the way that the bundle does it. */
  | { readonly tag: 'failed'; readonly error: AppError; readonly unfit: string | null }
  /** Nothing is accepted or answered by this worker any more but what is under way. */
  | { readonly tag: 'cut' }
  /**
   * With an idle connection. `past`: null where no server has met the client yet. `peer`: what is sent is a stream
   * whose TLS or HTTP/2 session this worker carries on.
   */
  | {
      readonly tag: 'move';
      readonly key: Key;
      readonly past: Past | null;
      readonly peer: Peer | null;
    }
  /** Connections have come or gone. */
  | { readonly tag: 'accepted'; readonly burden: Burden }
  /** These are the app's now. */
  | { readonly tag: 'took'; readonly ids: readonly number[] }
  /** Not taken: this worker was cut meanwhile, or may open no more files. */
  | { readonly tag: 'missed'; readonly id: number }
  /** What is still open is answered by newer code; this worker only carries it. */
  | { readonly tag: 'relays' }
  /** An HTML page that could not get the script: it is compressed, or its policy forbids it. */
  | { readonly tag: 'no-live-reload'; readonly path: string; readonly why: 'encoded' | 'policy' }
  | { readonly tag: 'drained' }
  | { readonly tag: 'open'; readonly open: readonly Open[] }
  | { readonly tag: 'usage'; readonly usage: Usage }
  /** Whether this process reads standard input. */
  | { readonly tag: 'stdin'; readonly reads: boolean }
  | { readonly tag: 'probed' };

/**
 * Something of node that this system lacks, and what a handover does instead.
 * - `move`: open HTTP/1.1 connections stay with the old code, whose next answer there is the last (`Connection: close`)
 * - `relay`: TLS connections stay likewise, and HTTP/2 sessions are asked to leave at once
 */
export type Fallback = 'move' | 'relay';

/** Why no version of the app can answer. */
export interface Outage {
  /** In one line. */
  readonly reason: string;
  /** The error as it was reported, or nothing. */
  readonly detail: string;
  /** The reason will not change without an edit: clients are told at once instead of after a while. */
  readonly known: boolean;
}

/** What a standby needs to become the app. */
export interface Program {
  readonly generation: number;
  /** The bundle. */
  readonly file: string;
  /** The source entry: what the app sees as `process.argv[1]`. */
  readonly entry: string;
  readonly args: readonly string[];
  /** The numbers that ports 0 got in earlier generations. */
  readonly numbers: readonly (readonly [Key, number])[];
  /** Keys for TLS session tickets, base64, the same for all generations: a client resumes with the next one. */
  readonly tickets: string;
  /** How many workers the generation has. */
  readonly workers: number;
  /** Where debuggers attach to it; null: nowhere. */
  readonly inspector: string | null;
  /** The bundle tells when its modules are evaluated. */
  readonly timing: boolean;
  /** The worker is ready once the app answers this with 2xx; null: once it listens. */
  readonly readyUrl: string | null;
  /** HTML pages load themselves anew after a rollover, and show what keeps the next one from coming. */
  readonly liveReload: boolean;
  /** What keeps the next version from coming, for those pages. */
  readonly trouble: string | null;
}
