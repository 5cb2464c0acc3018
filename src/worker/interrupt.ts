/**
 * Workers are ended by SIGTERM. An app that ends by itself at SIGINT alone, or at the message 'shutdown' that process
 * managers send, has no handler for it and would be gone at once: it is asked in its own way.
 */
export function installInterrupt(): void {
  const meet = (name: string | symbol): void => {
    if (name !== 'SIGINT' && name !== 'message') return;
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
  const told = process.emit('message', 'shutdown', undefined);
  if (hearsTerm() || process.emit('SIGINT', 'SIGINT') || told) return;
  process.off('SIGTERM', interrupt);
  process.kill(process.pid, 'SIGTERM');
}
