import type { BootFailure, ZdrEvent } from '../events.js';
import type { Parts } from './parts.js';

/** What pages that are open in browsers are told, with `--live-reload`. */
export interface Pages {
  /** What keeps the next version from coming, as text. */
  trouble(): string | null;
  heard(event: ZdrEvent): void;
  /** A page could not get the script. Each reason is told once. */
  cannot(path: string, why: 'encoded' | 'policy'): void;
}

const WHY = {
  encoded: [
    'the app compresses this page by itself',
    'live reload needs pages as they are: compress none in development',
  ],
  policy: [
    'its Content-Security-Policy forbids it',
    "allow 'self' (or a nonce) in script-src, and 'self' in connect-src",
  ],
} as const;

export function openPages(parts: () => Pick<Parts, 'options' | 'rollover' | 'workers'>): Pages {
  let trouble: string | null = null;
  const told = new Set<string>();
  const set = (text: string | null): void => {
    const { options, rollover, workers } = parts();
    if (!options.liveReload || text === trouble) return;
    trouble = text;
    for (const { id, tag } of rollover.state().workers) if (tag === 'live') workers.send(id, { tag: 'trouble', text });
  };
  return {
    trouble: () => trouble,
    heard(event) {
      if (event.type === 'build-failed') set(event.errors.map(({ plain }) => plain.trimEnd()).join('\n\n'));
      else if (event.type === 'boot-failed') set(textOf(event.reason));
      else if (event.type === 'live' || event.type === 'ready' || event.type === 'unchanged') set(null);
    },
    cannot(path, why) {
      if (told.has(why)) return;
      told.add(why);
      const [reason, hint] = WHY[why];
      const message = `no live reload of ${path}: ${reason}`;
      parts().options.onEvent({ type: 'warning', message, hint, section: 'live-reload' });
    },
  };
}

function textOf(reason: BootFailure): string {
  switch (reason.tag) {
    case 'threw':
      return reason.error.text;
    case 'exited':
      return `the app ended while booting (${reason.exit.signal ?? `exit code ${reason.exit.code}`})`;
    case 'silent':
      return `the app did not listen within ${reason.ms} ms`;
  }
}
