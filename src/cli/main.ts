import { parseArguments } from './arguments.js';
import { bugText } from './bug.js';
import { resolveRun } from './run-options.js';
import { helpText } from './help.js';
import { leave, say, surviveReaders } from './output.js';
import { run } from './run.js';
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
    case 'dev':
    case 'start': {
      const resolved = resolveRun(parsed, process.cwd());
      if (resolved.tag === 'wrong') return refuse(resolved);
      return run(resolved.options, parsed, version, style);
    }
  }
}
