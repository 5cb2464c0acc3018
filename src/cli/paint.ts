import picocolors from 'picocolors';

/** The colours that zdr uses: green done, yellow waiting, red failed, cyan names, dim the rest. */
export interface Paint {
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
  cyan(text: string): string;
  bold(text: string): string;
  dim(text: string): string;
}

/** picocolors decides for stdout; zdr writes to stderr, so it is told. */
export function createPaint(coloured: boolean): Paint {
  const { green, yellow, red, cyan, bold, dim } = picocolors.createColors(coloured);
  return { green, yellow, red, cyan, bold, dim };
}
