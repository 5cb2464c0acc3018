import { type AppName, names } from '../apps/app.js';
import { isNone, type Results, type ToolResult } from '../results.js';
import { median, quantile } from '../statistics.js';
import * as column from './columns.js';
import { figures } from './figures.js';
import { grid } from './grid.js';
import { count, ms } from './words.js';

const apps = [
  ['node:http', 'http'],
  ['Express 5', 'express'],
  ['Fastify', 'fastify'],
  ['1,000 modules', 'large'],
] as const;

/** The tables of a run, with what is needed to judge them. */
export function markdown(results: Results): string {
  const more = [early(results), clients(results), rest(results), own(results), versions(results), missing(results)];
  return [speed(results), folded('What clients see, what is left at rest, and what was measured where', more)]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

/** Behind a line that opens it: a reader of the README comes for one table. */
function folded(summary: string, parts: readonly string[]): string {
  const present = parts.filter((part) => part !== '');
  if (present.length === 0) return '';
  return ['<details>', `<summary>${summary}</summary>`, ...present, '</details>'].join('\n\n');
}

function speed(results: Results): string {
  const large = results.tools.some(({ apps: { large } }) => !isNone(large));
  const starts = [column.start('start', 'express'), ...(large ? [column.start('start, 1,000', 'large')] : [])];
  const table = tableOf(results, [...apps.map(([head, name]) => column.saves(head, name)), column.burst, ...starts]);
  if (table === '') return '';
  return `From a save to the first answer of the new code, median / p95 in ms; \`burst\`: from the last of 20 saves 30 ms apart${repeated(bursts(results))}; \`start\`: from the command to the first answer (Express${large ? '; 1,000 modules' : ''}), the first time in a folder / again, medians${counts(results)}, the tools in turn.\n\n${table}`;
}

function bursts({ tools }: Results): number {
  const [times = 0] = tools.flatMap(({ bursts }) => (isNone(bursts) ? [] : (bursts?.length ?? 0)));
  return times;
}

/** How many starts there were. */
function counts({ tools }: Results): string {
  const of = (name: AppName): string =>
    tools.flatMap(({ apps: { [name]: app } }) =>
      isNone(app) ? [] : `${app!.starts.first.length} and ${app!.starts.again.length}`,
    )[0] ?? '';
  const [express, large] = [of('express'), of('large')];
  return express === '' ? '' : ` of ${express}${large === '' ? '' : `, ${large}`}`;
}

/** How often something was measured. */
function repeated(times: number): string {
  return times > 1 ? `, median of ${times}` : '';
}

/** A tool that makes ready what the next save needs has had no time for it yet. */
function early(results: Results): string {
  const table = tableOf(
    results,
    apps.map(([head, name]) => column.early(head, name)),
  );
  return table === ''
    ? ''
    : `The same for a single save ${results.quick ? '0.15' : '0.3'} s after the first answer, when nothing was made ready yet; the others began ${results.quick ? '0.5' : '3'} s later.\n\n${table}`;
}

function clients(results: Results): string {
  const table = tableOf(results, [
    column.failed,
    column.outage,
    column.keptFailed,
    column.keptStale,
    column.stream,
    column.events,
    column.socket,
    column.syntax,
    column.boot,
  ]);
  const kept = results.tools.flatMap(({ kept }) => (isNone(kept) ? [] : [kept!]))[0];
  if (table === '') return '';
  const what = kept
    ? `; \`kept\`: of up to ${count(results.quick ? kept.requests : 100_000)} requests on ${count(kept.connections)} kept connections over ${kept.edits} saves`
    : '';
  return `What clients see at a save that try nothing twice, a new connection every 2 ms (Express)${what}; then what was under way at a save, and saves that cannot run.\n\n${table}`;
}

function rest(results: Results): string {
  const table = tableOf(results, [column.timers, column.memory, column.processor]);
  if (table === '') return '';
  const edits = results.tools.flatMap(({ timers }) => (isNone(timers) ? [] : [timers!.edits]))[0];
  return `What is left: versions of the app's \`setInterval\` that run after ${edits ?? 0} edits (1 is right), memory (PSS) and processor use of the whole tree at rest (Express).\n\n${table}`;
}

/** A table of those columns that have something in them. */
function tableOf({ tools }: Results, columns: readonly column.Column[]): string {
  const present = tools.filter(({ version }) => !isNone(version));
  const used = columns.filter(({ cell }) => present.some((tool) => cell(tool) !== null));
  if (used.length === 0) return '';
  const rows = present.map((tool) => [nameOf(tool), ...used.map(({ cell }) => cell(tool) ?? '')]);
  return grid(['', ...used.map(({ head }) => head)], rows);
}

function nameOf({ id, name }: ToolResult): string {
  return id === 'zdr' ? `**${name}**` : name;
}

/** What concerns zdr alone. */
function own({ growth, throughput, tools }: Results): string {
  const lines: string[] = [];
  const zdr = tools.find(({ id }) => id === 'zdr');
  const tsx = tools.find(({ id }) => id === 'tsx');
  if (zdr !== undefined && tsx !== undefined) {
    const ratios = names.flatMap((name) => ratio(zdr, tsx, name) ?? []);
    if (ratios.length > 0)
      lines.push(
        `\`tsx watch\` takes ${ratios.join(', ')} times as long as zdr (medians, in the order of the columns).`,
      );
  }
  if (throughput !== undefined) {
    lines.push(
      isNone(throughput)
        ? `Throughput: ${(throughput as { none: string }).none}.`
        : `Steady throughput, wrk on 100 kept connections: zdr ${middle(throughput.zdr)}, plain node ${middle(throughput.node)} requests a second, ratio ${(median(throughput.zdr) / median(throughput.node)).toFixed(3)} (medians of ${throughput.zdr.length} rounds in turn, several processes of each; quartiles).`,
    );
  }
  if (!isNone(growth)) {
    const { before, after, edits } = growth!;
    lines.push(`Memory of zdr over ${edits} edits: ${before.toFixed(1)} MB before, ${after.toFixed(1)} MB after.`);
  }
  return lines.map((line) => `- ${line}`).join('\n');
}

function ratio(zdr: ToolResult, other: ToolResult, name: AppName): string | null {
  const [own, its] = [figures(zdr, name), figures(other, name)];
  if (own === null || its === null || typeof own === 'string' || typeof its === 'string') return null;
  return (its.median / own.median).toFixed(1);
}

function versions({ tools, machine, date, quick, took }: Results): string {
  const list = tools.flatMap(({ name, version }) => (isNone(version) ? [] : [`${name} ${String(version)}`]));
  const { node, system, processor, cores, memory, load } = machine;
  return `${quick ? 'A quick run, no figures to quote. ' : ''}${date.slice(0, 10)}, Node ${node}, ${system}, ${cores} cores (${processor}), ${memory} GB, load ${load.toFixed(1)} at the start, ${Math.round((took ?? 0) / 60)} minutes. ${list.join(', ')}.${spread(tools)}`;
}

/** Least and most of each app, which a second run has to stay within. */
function spread(tools: readonly ToolResult[]): string {
  const zdr = tools.find(({ id }) => id === 'zdr');
  const parts = names.flatMap((name) => {
    const seen = zdr && figures(zdr, name);
    return seen && typeof seen !== 'string' ? [`${name} ${ms(seen.least)} to ${ms(seen.most)} ms`] : [];
  });
  const range = (what: string, values: readonly number[] = []): void => {
    if (values.length > 1) parts.push(`${what} ${ms(Math.min(...values))} to ${ms(Math.max(...values))} ms`);
  };
  const { bursts, apps: seen } = zdr ?? {};
  const started = seen?.express;
  if (!isNone(bursts))
    range(
      'burst',
      bursts?.map(({ live }) => live ?? Infinity),
    );
  if (!isNone(started)) {
    range('start', started?.starts.first);
    range('again', started?.starts.again);
  }
  return parts.length === 0 ? '' : ` Spread of zdr: ${parts.join(', ')}.`;
}

/** Why there is no figure. */
function missing({ tools }: Results): string {
  const reasons = tools.flatMap((tool) => {
    const { apps, version, name: _name, id: _id, typed: _typed, lane: _lane, ...extras } = tool;
    const { socket } = isNone(tool.across) ? {} : tool.across!;
    return Object.entries({ version, ...apps, ...extras, WebSocket: socket }).flatMap(([what, measured]) =>
      isNone(measured as never) && measured !== undefined
        ? [
            `- ${tool.name}, ${what === 'version' ? 'all' : what}: ${(measured as { none: string }).none.split('\n')[0]!.slice(0, 300)}`,
          ]
        : [],
    );
  });
  return reasons.join('\n');
}

function middle(rates: readonly number[]): string {
  return `${count(median(rates))} (${count(quantile(rates, 0.25))} to ${count(quantile(rates, 0.75))})`;
}
