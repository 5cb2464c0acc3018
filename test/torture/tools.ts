import { spawn, spawnSync } from 'node:child_process';
import { within } from '../support/deadline.js';
import type { Scale } from './scale.js';
import { openStage, type Stage } from './stage.js';
import type { Where } from '../support/where.js';

export interface ToolResult {
  readonly name: string;
  readonly note: string;
  /** What it found wrong. */
  readonly failed: readonly string[];
}

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

function run(command: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 400_000 });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

function installed(command: string): boolean {
  return spawnSync('which', [command]).status === 0;
}

function urlOf(scheme: string, where: Where): string {
  const { host, port } = where as { readonly host: string; readonly port: number };
  return `${scheme}://${host}:${port}/fixed`;
}

interface Plan {
  readonly command: string;
  readonly args: readonly string[];
  readonly judge: (ran: Ran) => readonly string[];
}

/** The benchmarks that everybody knows, while edits go on. */
export async function tools(stage: Stage, scale: Scale): Promise<readonly ToolResult[]> {
  const { wrk, h2load } = scale;
  const url = urlOf('http', stage.where.plain);
  const streams = ['-n', String(h2load.requests), '-c', String(h2load.clients), '-m', '4'];
  return follow(stage, [
    ...abs(stage, scale),
    {
      command: 'wrk',
      args: ['-t1', '--timeout', '10s', `-c${wrk.clients}`, `-d${wrk.seconds}s`, url],
      judge: judgeWrk,
    },
    { command: 'h2load', args: [...streams, urlOf('https', stage.where.h2)], judge: judgeH2load },
    { command: 'h2load', args: [...streams, urlOf('http', stage.where.h2c)], judge: judgeH2load },
  ]);
}

/** `zdr start` with two workers, reloaded again and again. */
export async function deployed(scale: Scale): Promise<readonly ToolResult[]> {
  const stage = await openStage({ command: 'start', args: ['-w', '2'] });
  let wrong: readonly string[] = ['not closed'];
  let results: readonly ToolResult[] = [];
  try {
    results = await follow(stage, abs(stage, scale));
  } finally {
    wrong = await stage.close();
  }
  return results.map((result) => ({
    ...result,
    name: `zdr start, ${result.name}`,
    failed: [...result.failed, ...wrong],
  }));
}

function abs({ where }: Stage, { ab }: Scale): readonly Plan[] {
  const args = ['-n', String(ab.requests), '-c', String(ab.clients), urlOf('http', where.plain)];
  return [
    { command: 'ab', args, judge: judgeAb },
    { command: 'ab', args: ['-k', ...args], judge: judgeAb },
  ];
}

async function follow(stage: Stage, plans: readonly Plan[]): Promise<readonly ToolResult[]> {
  const results: ToolResult[] = [];
  for (const { command, args, judge } of plans) {
    const name = [command, ...args.slice(0, -1)].join(' ');
    if (!installed(command)) {
      results.push({ name, note: 'not installed: skipped', failed: [] });
      continue;
    }
    const before = stage.lives.length;
    let over = false;
    const ended = run(command, args).finally(() => (over = true));
    while (!over) await stage.rollFor({ ms: 0, rollovers: 1, least: 200, most: 600 });
    const ran = await within(name, ended, 410_000);
    results.push({
      name,
      note: `${stage.lives.length - before} rollovers, ${speed(ran.output)} requests/s`,
      failed: judge(ran),
    });
  }
  return results;
}

function speed(output: string): string {
  return /(?:Requests(?: per second|\/sec):\s+|finished in [^,]+, )([\d.]+)/.exec(output)?.[1] ?? '?';
}

function judgeAb({ code, output }: Ran): readonly string[] {
  const wrong = ['Failed requests', 'Write errors', 'Non-2xx responses'].filter(
    (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(output)?.[1] ?? 0) > 0,
  );
  if (code === 0 && wrong.length === 0) return [];
  return [code === 0 ? wrong.join() : output.trim().split('\n').slice(-2).join(' ')];
}

function judgeWrk({ code, output }: Ran): readonly string[] {
  const wrong = /Socket errors:.*|Non-2xx.*/.exec(output)?.[0];
  return code === 0 && wrong === undefined ? [] : [wrong ?? output];
}

function judgeH2load({ code, output }: Ran): readonly string[] {
  const counts = /(\d+) total, .*?(\d+) succeeded, 0 failed, 0 errored, 0 timeout/.exec(output);
  return code === 0 && counts !== null && counts[1] === counts[2] ? [] : [/^requests:.*/m.exec(output)?.[0] ?? output];
}
