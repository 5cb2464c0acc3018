import { spawn, spawnSync } from 'node:child_process';
import { within } from '../support/deadline.js';
import type { Scale } from './scale.js';
import type { Stage } from './stage.js';
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

/** The benchmarks that everybody knows, while edits go on. */
export async function tools(stage: Stage, { ab, wrk, h2load }: Scale): Promise<readonly ToolResult[]> {
  const url = urlOf('http', stage.where.plain);
  const counts = ['-n', String(ab.requests), '-c', String(ab.clients)];
  const streams = ['-n', String(h2load.requests), '-c', String(h2load.clients), '-m', '4'];
  const plans = [
    { command: 'ab', args: [...counts, url], judge: judgeAb },
    { command: 'ab', args: ['-k', ...counts, url], judge: judgeAb },
    {
      command: 'wrk',
      args: ['-t1', '--timeout', '10s', `-c${wrk.clients}`, `-d${wrk.seconds}s`, url],
      judge: judgeWrk,
    },
    { command: 'h2load', args: [...streams, urlOf('https', stage.where.h2)], judge: judgeH2load },
    { command: 'h2load', args: [...streams, urlOf('http', stage.where.h2c)], judge: judgeH2load },
  ];
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
