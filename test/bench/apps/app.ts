import { rmSync, writeFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.js';
import { repository } from '../../support/project.js';
import { generate } from './large.js';

export const names = ['http', 'express', 'fastify', 'large', 'live'] as const;
export type AppName = (typeof names)[number];

/** What the apps import, linked into each as pnpm does. */
const packages = ['express', 'fastify', 'ws'] as const;

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

const open = new Set<string>();

/** Removes all that are still open, for the end of the process. */
export function removeApps(): void {
  for (const dir of open) rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** Copies, or generates, an app and finds a port for it. */
export async function openApp(name: AppName): Promise<App> {
  const dir = await mkdtemp(join(tmpdir(), `zdr-bench-${name}-`));
  open.add(dir);
  const path = (file: string): string => join(dir, file);
  await cp(join(repository, 'fixtures/bench', name === 'large' ? 'express' : name), dir, { recursive: true });
  const leaf = name === 'large' ? await generate(dir) : { file: 'src/version.ts', source: said };
  await mkdir(path('node_modules'));
  for (const needed of packages)
    await symlink(join(repository, 'node_modules', needed), path(`node_modules/${needed}`));
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
    close: async () => {
      await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      open.delete(dir);
    },
  };
}

function said(version: number): string {
  return `export const version = ${version};\n`;
}
