import { parseArguments } from './arguments.js';
import { bugText } from './bug.js';
import { helpText } from './help.js';
import { leave, say, surviveReaders } from './output.js';
import { startFirst } from '../setup/first.js';
import { styleOf } from './style.js';
import { readVersion } from './version.js';
import { usageExit, wrongText, type Wrong } from './wrong.js';

/** The command `zdr`. `argv` without node and the script. Ends the process. */
export async function main(argv: readonly string[]): Promise<void> {
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
  const parsed = parseArguments(argv);
  switch (parsed.tag) {
    case 'help':
      process.stdout.write(helpText(version, styleOf(process.stdout, argv).paint));
      return;
    case 'version':
      process.stdout.write(`${version}\n`);
      return;
    case 'wrong':
      return refuse(parsed);
    case 'reload': {
      const { reload } = await import('./reload.js');
      return reload(parsed, { ...style, cwd: process.cwd() });
    }
    case 'status': {
      // What a command is asked for goes to stdout.
      const view = { ...styleOf(process.stdout, argv), cwd: process.cwd() };
      if (parsed.watch) return (await import('./watch.js')).watch(parsed, view);
      return (await import('./status.js')).status(parsed, view);
    }
    case 'dev':
    case 'start': {
      const { tag: command, given } = parsed;
      const cwd = process.cwd();
      startFirst(command, given, cwd);
      // Loaded here, so that help and errors of usage do not wait for the builder and the watcher.
      const [{ prepare }, { run }] = await Promise.all([import('../setup/prepare.js'), import('./run.js')]);
      const prepared = await prepare({ command, cwd, config: null, top: { given, base: cwd, place: null } });
      if (prepared.tag === 'wrong') return refuse(prepared);
      const { color } = prepared.given;
      return run(
        prepared,
        version,
        color === undefined ? style : styleOf(process.stderr, [color ? '--color' : '--no-color']),
      );
    }
  }
}
