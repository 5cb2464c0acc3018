import type { GenerationStatus, Status, WorkerStatus } from '../status.js';
import { counted, formatBytes, formatCount } from './amounts.js';
import { fit, padEnd, padStart, piece, type Piece } from './columns.js';
import { formatDuration } from './durations.js';
import { harmlessName } from './harmless.js';
import type { View } from './style.js';
import { nameOpen } from './open.js';
import { buildLines } from './status-builds.js';
import { statusHead } from './status-head.js';
import { urls } from './urls.js';

type Line = readonly Piece[];

/** `zdr status`: no line is wider than `width` columns. */
export function statusLines(status: Status, look: View, width: number): readonly string[] {
  const builds = buildLines(status.builds, 5, look);
  const lines: readonly Line[] = [
    statusHead(status, look),
    ...status.addresses.flatMap((address) => {
      const [local] = urls(address, [], plain);
      return local === undefined ? [] : [[piece('  '), piece(local.text, 'cyan')]];
    }),
    [],
    ...table(status, width, look),
    ...(builds.length === 0 ? [] : [[], ...builds]),
    ...status.fallbacks.map(({ name, worker }) => [
      piece(`  ${look.glyphs.warning} ${harmlessName(fallbacks[name] ?? name)}`, 'yellow'),
      piece(worker === null ? '' : ` (worker ${worker})`, 'dim'),
    ]),
  ];
  return lines.map((pieces) => fit(pieces, width, look.glyphs.ellipsis, look.paint));
}

/** What it means to a client where a handover has to do without something. */
const fallbacks: Readonly<Record<string, string>> = {
  move: 'connections cannot move: old code gives each a last answer',
  relay: 'TLS and HTTP/2 end at a save: old code gives each a last answer',
};

/** urls() paints; here a line is painted when it is known what fits. */
const plain = { green: same, yellow: same, red: same, cyan: same, bold: same, dim: same };

function same(text: string): string {
  return text;
}

interface Column {
  readonly name: string;
  /** What a narrow screen does without. */
  readonly spare: boolean;
  readonly of: (worker: WorkerStatus) => string;
}

const columns: readonly Column[] = [
  { name: 'pid', spare: false, of: ({ pid }) => (pid === null ? '' : String(pid)) },
  { name: 'memory', spare: false, of: ({ memory }) => (memory === null ? '' : formatBytes(memory.rss)) },
  { name: 'share', spare: true, of: ({ memory }) => (memory?.pss == null ? '' : formatBytes(memory.pss)) },
  { name: 'delay', spare: false, of: ({ usage }) => (usage === null ? '' : formatDelay(usage.delay)) },
  { name: 'served', spare: false, of: (worker) => countOf(worker, 'served') },
  { name: 'open', spare: false, of: (worker) => countOf(worker, 'underWay') },
];

/** A process without an app has nothing to count. */
function countOf({ state, usage }: WorkerStatus, name: 'served' | 'underWay'): string {
  return usage === null || state === 'standby' ? '' : formatCount(usage[name]);
}

/** A table of all workers, and below each what it has open. */
function table({ generations, standbys }: Status, width: number, look: View): readonly Line[] {
  const shown = columns.filter(({ spare }) => !spare || width >= 72);
  const labelled = [
    ...generations.toReversed().flatMap((generation) => rowsOf(generation)),
    ...standbys.map((worker): Row => ({ label: 'standby', colour: 'dim', worker })),
  ];
  if (labelled.length === 0) return [[piece('  nothing runs: waiting for an edit', 'yellow')]];
  const labels = Math.max(...labelled.map(({ label }) => label.length));
  const widths = shown.map(({ name, of }) =>
    Math.max(name.length, ...labelled.map(({ worker }) => (worker === null ? 0 : of(worker).length))),
  );
  const cells = (text: (column: Column) => string): string =>
    shown.map((column, at) => `  ${padStart(text(column), widths[at] ?? 0)}`).join('');
  return [
    [piece(`  ${padEnd('', labels)}${cells(({ name }) => name)}`, 'dim')],
    ...labelled.flatMap(({ label, colour, worker }): Line[] => {
      const name = piece(`  ${padEnd(label, labels)}`, colour);
      if (worker === null) return [[name]];
      const mute = worker.usage === null && worker.state !== 'spawned' && worker.state !== 'killed';
      const row = cells(({ of }) => of(worker));
      return [
        [name, piece(mute ? row.trimEnd() : row), piece(mute ? '  does not answer' : '', 'red')],
        ...openLines(worker, labels, look),
      ];
    }),
  ];
}

interface Row {
  readonly label: string;
  readonly colour: Piece['colour'];
  /** Null: a generation without a process. */
  readonly worker: WorkerStatus | null;
}

function rowsOf({ id, state, age, workers }: GenerationStatus): readonly Row[] {
  const label = `#${id} ${state} ${formatDuration(age)}`;
  const colour = state === 'live' ? 'green' : state === 'down' ? 'red' : 'yellow';
  if (workers.length === 0) return [{ label, colour, worker: null }];
  return workers.map((worker, at) => ({ label: at === 0 ? label : '', colour, worker }));
}

/** So many open requests are named for each worker. */
const NAMED = 5;

function openLines({ usage }: WorkerStatus, indent: number, { glyphs }: View): readonly Line[] {
  if (usage === null) return [];
  const { open, sockets } = usage;
  const named = open.slice(0, NAMED);
  const more = usage.underWay - named.length;
  const others = [
    ...(more > 0 ? [`${more} more`] : []),
    ...(sockets.idle > 0 ? [`${counted(sockets.idle, 'idle connection')}`] : []),
    ...(sockets.session > 0 ? [counted(sockets.session, 'HTTP/2 session')] : []),
    ...(sockets.carried > 0 ? [`${counted(sockets.carried, 'connection')} carried on`] : []),
  ];
  const start = piece(' '.repeat(Math.min(indent, 4) + 2));
  return [
    ...named.map((one): Line => {
      const age = one.age === null ? '' : formatDuration(one.age);
      return [start, piece(padStart(age, 12), 'yellow'), piece(`  ${nameOpen(one, glyphs.ellipsis)}`)];
    }),
    ...(others.length === 0 ? [] : [[start, piece(`${' '.repeat(14)}${others.join(', ')}`, 'dim')]]),
  ];
}

/** `0.4 ms`, `31 ms`. */
function formatDelay(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : formatDuration(ms);
}
