import { executionAsyncResource } from 'node:async_hooks';

const kept: object[] = [];

/**
 * Keeps for ever what `process.nextTick` makes of one call. V8 forgets the shape of objects when it collects garbage and
 * there is none of them: then each later tick is made by a slow way, and a request takes a third more of the processor.
 * That is so in a server that was asked once or twice before it had nothing to do for 8 s (`notes/node.md`).
 */
export function keepTick(): void {
  process.nextTick(() => kept.push(executionAsyncResource()));
}
