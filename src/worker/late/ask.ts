import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { ANSWERED, type Answer, type Ask, ASKED, MAILBOX } from '../../protocol/late.js';

/** How long an answer may take, in ms: a large realm is built in a second or two. */
const LONGEST = 30_000;

const PAUSE = 1;
let count = 0;

/** Asks the primary, see {@link Ask}. */
export async function ask(folder: string, question: Ask): Promise<Answer> {
  const told = post(folder, question);
  for (const end = performance.now() + LONGEST; performance.now() < end; await setTimeout(PAUSE)) {
    const answer = take(told);
    if (answer !== null) return answer;
  }
  return late(question);
}

/** The same for those who cannot wait: nothing else runs in this thread meanwhile. */
export function askNow(folder: string, question: Ask): Answer {
  const told = post(folder, question);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (const end = performance.now() + LONGEST; performance.now() < end; Atomics.wait(cell, 0, 0, PAUSE)) {
    const answer = take(told);
    if (answer !== null) return answer;
  }
  return late(question);
}

function post(folder: string, question: Ask): string {
  const name = join(folder, MAILBOX, `${process.pid}-${threadId}-${(count += 1)}`);
  // It is gone when node_modules was removed under a run.
  mkdirSync(join(folder, MAILBOX), { recursive: true });
  writeFileSync(name, JSON.stringify(question));
  renameSync(name, name + ASKED);
  return name + ANSWERED;
}

function take(told: string): Answer | null {
  try {
    const answer = JSON.parse(readFileSync(told, 'utf8')) as Answer;
    rmSync(told);
    return answer;
  } catch {
    return null;
  }
}

function late({ realm, file }: Ask): Answer {
  return { tag: 'failed', message: `zdr did not build ${file ?? realm} within ${LONGEST / 1000} s` };
}
