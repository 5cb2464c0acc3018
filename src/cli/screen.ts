/** Leaves nothing on the terminal but what was there before, however the process ends. */
export interface Screen {
  show(lines: readonly string[]): void;
  /** Gives the terminal back as it was; `show` takes it again. */
  release(): void;
  size(): { readonly width: number; readonly height: number };
}

// The alternate screen and the cursor of xterm, which all terminals of today know (console_codes(4)).
const TAKE = '\u001b[?1049h\u001b[?25l';
const GIVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

/** Takes the terminal: keys come one by one, to `onKey`, and are not echoed. */
export function openScreen(input: NodeJS.ReadStream, output: NodeJS.WriteStream, onKey: (key: string) => void): Screen {
  let taken = false;
  const release = (): void => {
    if (!taken) return;
    taken = false;
    output.write(GIVE);
    if (input.isTTY) input.setRawMode(false);
    input.pause();
  };
  input.setEncoding('utf8').on('data', (keys: string) => onKey(keys));
  process.on('exit', release);
  return {
    release,
    size: () => ({ width: output.columns || 80, height: output.rows || 24 }),
    show(lines) {
      if (!taken) {
        taken = true;
        output.write(TAKE);
        if (input.isTTY) input.setRawMode(true);
        input.resume();
      }
      output.write(`${HOME}${lines.map((line) => `${line}${REST_OF_LINE}`).join('\n')}${REST_OF_SCREEN}`);
    },
  };
}
