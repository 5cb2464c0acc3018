import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So long after the last event nobody waits for this process, in ms. */
const REST = 1_000;

/** For less than this it is not worth the work, in bytes. */
const MORE = 1_500_000;

/**
 * Keeps small what saves leave behind. By itself V8 takes ten times as much for new objects after some dozens of saves (10
 * MB instead of 1), and collects the others when there is again as much garbage: in the middle of a save.
 */
export function openTidying(): { heard(): void } {
  let least = Infinity;
  let collect: (() => void) | null = null;
  const used = (): number => getHeapStatistics().used_heap_size;
  const timer = setTimeout(() => {
    if (used() - least < MORE) return;
    collect ??= collector();
    collect();
    least = used();
  }, REST).unref();
  return {
    heard() {
      // Not before there was a first build: that of a large app has use for more.
      if (least === Infinity) setFlagsFromString('--semi-space-growth-factor=1');
      least = Math.min(least, used());
      timer.refresh();
    },
  };
}

/** Node has it under a flag alone, which is read when a context is made. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
