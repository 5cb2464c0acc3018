/** `84 MB`: whole megabytes, as a task manager shows them. */
export function formatBytes(bytes: number): string {
  return `${formatCount(Math.round(bytes / 1_048_576))} MB`;
}

/** `12,048`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 request`, `2 requests`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
