/** Whether a process of this id lives, whoever it belongs to. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's, but running.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
