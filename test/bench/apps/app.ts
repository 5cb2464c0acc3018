import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { freePort } from '../../support/ports.js';
import { repository } from '../../support/project.js';
import { inPeers } from '../place.js';
import { generate } from './large.js';

export const names = ['http', 'express', 'fastify', 'large', 'live'] as const;
export type AppName = (typeof names)[number];

/** A copy of one of the apps, outside of hidden folders since some tools do not look into them. */
export interface App {
  readonly name: AppName;
  readonly dir: string;
  readonly entry: string;
  readonly port: number;
  path(file: string): string;
  /** Saves the file that says the version. Synchronous, so that the time of the save is exact. */
  save(version: number): void;
  /** Saves it with a fault: the code does not parse, or it throws when it is evaluated. */
  spoil(fault: 'syntax' | 'boot', version: number): void;
  close(): Promise<void>;
}

/** Copies, or generates, an app and finds a port for it. */
export async function openApp(name: AppName, options: { readonly peers?: boolean } = {}): Promise<App> {
  const dir = await mkdtemp(join(tmpdir(), `zdr-bench-${name}-`));
  const path = (file: string): string => join(dir, file);
  await cp(join(repository, 'fixtures/bench', name === 'large' ? 'express' : name), dir, { recursive: true });
  const leaf = name === 'large' ? await generate(dir) : { file: 'src/version.ts', source: said };
  await symlink(options.peers ? inPeers() : join(repository, 'node_modules'), path('node_modules'));
  await writeFile(path(leaf.file), leaf.source(1));
  return {
    name,
    dir,
    entry: 'src/app.ts',
    port: await freePort(),
    path,
    save: (version) => writeFileSync(path(leaf.file), leaf.source(version)),
    spoil: (fault, version) => {
      const wrong = fault === 'syntax' ? 'const a foo' : "throw new Error('spoiled')";
      writeFileSync(path(leaf.file), `${leaf.source(version)}${wrong};\n`);
    },
    close: () => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}

function said(version: number): string {
  return `export const version = ${version};\n`;
}
