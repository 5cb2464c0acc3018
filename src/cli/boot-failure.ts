import type { BootFailure, Exit, ZdrEvent } from '../events.js';
import { formatDuration } from './durations.js';
import { translate } from './glyphs.js';
import { afterwards, type Block, type Look } from './look.js';
import { moreIn } from './readme.js';
import { errorLines, firstFrame } from './stack.js';
import { describeTaken } from './taken.js';

/** `✘ #5 threw while booting, #3 keeps serving`, and the app's own stack. */
export function bootFailure(event: ZdrEvent & { type: 'boot-failed' }, look: Look): Block {
  const { paint, glyphs } = look;
  const [what, body] = describe(event.reason, look);
  return {
    head: `${paint.red(`${glyphs.failed} #${event.generation} ${what}`)}${paint.dim(`, ${afterwards(event.live, look)}`)}`,
    body: body.map((line) => translate(line, look.glyphs)),
  };
}

function describe(reason: BootFailure, look: Look): readonly [string, readonly string[]] {
  const { cwd, paint, readyUrl } = look;
  switch (reason.tag) {
    case 'threw': {
      const { text } = reason.error;
      const taken = describeTaken(reason.error);
      return taken === null
        ? ['threw while booting', errorLines(text, cwd, paint)]
        : [`cannot listen: ${taken}`, firstFrame(text, cwd, paint)];
    }
    case 'exited':
      return [`${describeExit(reason.exit)} while booting`, []];
    case 'silent':
      return [
        `did not ${readyUrl === null ? 'listen' : `answer ${readyUrl} with 2xx`} within ${formatDuration(reason.ms)}${reason.blocked ? ' (its event loop is blocked)' : ''}`,
        [paint.dim('  --boot gives new code more time'), moreIn('options', cwd, look)],
      ];
  }
}

/** `exited with code 1`, `was killed by SIGKILL`. */
function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exited with code ${code ?? 'unknown'}` : `was killed by ${signal}`;
}
