/**
 * An app that ends by itself at SIGINT alone is asked in that way: workers are ended by SIGTERM, for which it has no
 * handler, so it would be gone at once.
 */
export function installInterrupt(): void {
  const meet = (name: string | symbol): void => {
    if (name !== 'SIGINT') return;
    process.off('newListener', meet);
    process.on('SIGTERM', interrupt);
  };
  process.on('newListener', meet);
}

/** Whether the app itself does something at SIGTERM. */
export function hearsTerm(): boolean {
  return process.listeners('SIGTERM').some((listener) => listener !== interrupt);
}

function interrupt(): void {
  if (hearsTerm()) return;
  if (process.emit('SIGINT', 'SIGINT')) return;
  process.off('SIGTERM', interrupt);
  process.kill(process.pid, 'SIGTERM');
}
