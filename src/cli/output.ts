/**
 * Makes stdout and stderr survive their reader: `zdr dev | head` or a closed terminal ends the reading, and then each
 * write fails (EPIPE, EIO). The app goes on serving without being watched.
 */
export function surviveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/** Writes for the person, never throws. */
export function say(text: string): void {
  try {
    process.stderr.write(text);
  } catch {
    // A file on a full disk throws at once; there is nobody to tell.
  }
}

/** Ends the process when what was said is written, or a moment later. */
export async function leave(code: number): Promise<never> {
  const written = new Promise<void>((resolve) => process.stderr.write('', () => resolve()));
  const late = new Promise<void>((resolve) => setTimeout(resolve, 500));
  await Promise.race([written, late]);
  process.exit(code);
}
