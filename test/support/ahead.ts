import type { App } from './app.js';
import type { Project } from './project.js';
import { statusOf } from './status.js';

/** How a package of a test finds out that the standby evaluates it, which an app's package has no reason to: `ahead`. */
export const AHEAD = `
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  Error.prepareStackTrace = (_error, frames) => frames.map((frame) => frame.getFunctionName() + ' ' + frame.getFileName());
  const ahead = new Error().stack.some((frame) => /^eagerly .*worker/.test(frame));
  Object.assign(Error, { stackTraceLimit });
  if (prepareStackTrace === undefined) delete Error.prepareStackTrace; else Error.prepareStackTrace = prepareStackTrace;
`;

/** Writes a package in CommonJS, which has `ahead`. */
export async function addCommon(project: Project, name: string, source: string): Promise<void> {
  await project.write(
    `node_modules/${name}/package.json`,
    JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  );
  await project.write(`node_modules/${name}/index.js`, AHEAD + source);
}

/** Waits until a standby waits, and has done all that it does ahead. */
export async function readied({ project, zdr }: App): Promise<void> {
  await zdr.until('standbys are ready', async () => {
    const { ahead, standbys } = await statusOf(project);
    return ahead !== 'busy' && standbys.length > 0 && standbys.every(({ state }) => state === 'standby');
  });
}
