import { spawn } from 'node:child_process';

/**
 * Keeps the mode that the terminal had at first. An app may change it (one key at a time, no echo) and be killed before
 * it can change it back; then not even Ctrl-C would be one.
 */
export interface TerminalMode {
  restore(): void;
}

export function rememberMode(): TerminalMode {
  if (process.platform === 'win32') return { restore() {} };
  let mode: string | null = null;
  const child = spawn('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'] });
  child.on('error', () => {});
  child.stdout.setEncoding('utf8').on('data', (text: string) => (mode = (mode ?? '') + text.trim()));
  return {
    restore() {
      if (mode === null) return;
      spawn('stty', [mode], { stdio: ['inherit', 'ignore', 'ignore'] }).on('error', () => {});
    },
  };
}
