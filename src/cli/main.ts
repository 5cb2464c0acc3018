import type { Begun } from './begin.js';
import { bugText } from './bug.js';
import { helpText } from './help.js';
import { leave, say, surviveReaders } from './output.js';
import { styleOf } from './style.js';
import { readVersion } from './version.js';
import { workingFolder } from './working-folder.js';
import { usageExit, wrong, wrongText, type Wrong } from './wrong.js';

/** The command `zdr`, as it was read. `argv` without node and the script. Ends the process. */
export async function main(argv: readonly string[], { parsed, first }: Begun): Promise<void> {
  surviveReaders();
  const style = styleOf(process.stderr, argv);
  const version = readVersion();
  process.on('uncaughtException', (error) => {
    say(bugText(error, version, style));
    process.exit(1);
  });
  const refuse = (mistake: Wrong) => {
    say(wrongText(mistake, style));
    return leave(usageExit);
  };
  switch (parsed.tag) {
    case 'help':
      process.stdout.write(helpText(version, styleOf(process.stdout, argv).paint));
      return;
    case 'version':
      process.stdout.write(`${version}\n`);
      return;
    case 'wrong':
      return refuse(parsed);
  }
  const cwd = workingFolder();
  if (cwd === null) return refuse(wrong('this folder is gone', 'change to one that is there'));
  switch (parsed.tag) {
    case 'reload': {
      const { reload } = await import('./reload.js');
      return reload(parsed, { ...style, cwd });
    }
    case 'status': {
      // What a command is asked for goes to stdout.
      const view = { ...styleOf(process.stdout, argv), cwd };
      if (parsed.watch) return (await import('./watch.js')).watch(parsed, view);
      return (await import('./status.js')).status(parsed, view);
    }
    case 'dev':
    case 'start': {
      const { tag: command, given } = parsed;
      // Evaluated here, so that help and errors of usage do not wait for the builder and the watcher.
      const [{ prepare }, { run }] = await Promise.all([import('../setup/prepare.js'), import('./run.js')]);
      const prepared = await prepare({ command, cwd, config: null, top: { given, base: cwd, place: null } });
      if (prepared.tag === 'wrong') return refuse(prepared);
      const { color } = prepared.given;
      return run(
        prepared,
        first,
        version,
        color === undefined ? style : styleOf(process.stderr, [color ? '--color' : '--no-color']),
      );
    }
  }
}
