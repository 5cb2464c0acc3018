import type { Parent } from '../options.js';

/** Who has started this process with a channel, as `fork` does; null: nobody. */
export function openParent(): Parent | null {
  if (process.send === undefined) return null;
  return {
    send(message) {
      // A parent that goes meanwhile hears nothing, and that is no error here.
      if (process.connected) process.send?.(message, undefined, {}, () => {});
    },
    onMessage: (listener) => void process.on('message', listener),
  };
}
