import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openBuilder, type Builder } from '../build/builder.js';
import type { BuilderOptions } from '../build/settings.js';
import type { BuildOutcome } from '../build/outcome.js';
import { openMailbox } from '../primary/mailbox.js';
import { type Answer, type Ask, ENTRANCE } from '../protocol/late.js';
import type { Inputs } from '../watch/inputs.js';
import { CODE } from '../code.js';

/** Source files that the app asks for at run time: computed imports, threads, children. */
export interface Late {
  /** The inputs of what was asked for so far, together with those of the bundle. */
  with(inputs: Inputs): Inputs;
  invalidate(paths: readonly string[]): void;
  close(): Promise<void>;
}

const ENTER = pathToFileURL(fileURLToPath(new URL('worker/late/enter.js', CODE))).href;

/** `onInputs`: there is more to watch. */
export function openLate(main: Builder, options: BuilderOptions, onInputs: () => void): Late {
  const realms = new Map<string, Builder>();
  const files = new Map<string, Inputs['files'] extends ReadonlyMap<string, infer S> ? S : never>();
  /** By their text. */
  const entrances = new Map<string, string>();
  let count = 0;
  const mailbox = openMailbox(options.bundles.folder, answer);

  /** Threads and children have modules of their own: each begins with a builder of its own. */
  function realmOf(entry: string): Builder {
    if (entry === options.entry) return main;
    let opening = realms.get(entry);
    if (opening === undefined) {
      opening = openBuilder({ ...options, entry, sharing: true, timing: false, inPieces: false });
      realms.set(entry, opening);
    }
    return opening;
  }

  async function answer({ realm, file, known }: Ask): Promise<Answer> {
    const builder = realmOf(realm);
    if (file === null) {
      const outcome = await builder.build();
      follow(await outcome.inputs);
      if (outcome.tag === 'failed') return failed(outcome);
      return { tag: 'built', file: entranceOf(realm, outcome.bundle.file), alone: false, names: null };
    }
    const outcome = await builder.late(file, known);
    follow(await outcome.inputs);
    if (outcome.tag === 'failed') return failed(outcome);
    return { tag: 'built', file: outcome.bundle.file, alone: known.length === 0, names: outcome.names };
  }

  /**
   * What a thread or a child is started with instead of its source. Never written again: another one may be about to
   * read it, and would find an empty file, and nothing to do.
   */
  function entranceOf(entry: string, bundle: string): string {
    const args = [options.bundles.folder, entry, bundle].map((word) => JSON.stringify(word)).join(',');
    const text = `import{enter}from${JSON.stringify(ENTER)};await enter(${args});\n`;
    const known = entrances.get(text);
    if (known !== undefined && existsSync(known)) return known;
    const name = `${bundle}.${(count += 1)}${ENTRANCE}`;
    writeFileSync(name, text);
    entrances.set(text, name);
    return name;
  }

  function follow(inputs: Inputs): void {
    let news = false;
    for (const [path, stamp] of inputs.files) {
      news ||= stamp !== null && files.get(path)?.hash !== stamp.hash;
      if (stamp !== null) files.set(path, stamp);
    }
    if (news) onInputs();
  }

  return {
    with: (inputs) => ({ ...inputs, files: new Map([...files, ...inputs.files]) }),
    invalidate(paths) {
      for (const builder of realms.values()) builder.invalidate(paths);
    },
    async close() {
      mailbox.close();
      for (const builder of realms.values()) await builder.close();
    },
  };
}

function failed({ errors }: Extract<BuildOutcome, { tag: 'failed' }>): Answer {
  return { tag: 'failed', message: errors.map(({ plain }) => plain).join('\n') };
}
