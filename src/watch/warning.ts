/** What a failed watch means, and what to do about it. */
export function warningFor(error: unknown): { readonly message: string; readonly hint: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOSPC':
      return {
        message: 'the system has no file watches left (ENOSPC)',
        hint: 'polling instead; to get events back: sudo sysctl fs.inotify.max_user_watches=524288',
      };
    case 'EMFILE':
    case 'ENFILE':
      return {
        message: `too many open files or watchers (${code})`,
        hint: 'polling instead; to get events back: sudo sysctl fs.inotify.max_user_instances=1024, or ulimit -n 65536',
      };
  }
  return {
    message: `watching failed: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'polling instead; set the pace with --poll <ms>',
  };
}
