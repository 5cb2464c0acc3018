import { setTimeout } from 'node:timers';
import { send } from '../channel.js';
import { changeNow } from './environment.js';
import { cache, isPackaged, parentOf } from './loader.js';
import { hasUndici } from './undici.js';
import { unseen } from './warm.js';

/** So long after it went live a worker has loaded what its first requests need, in ms. */
const SOON = 50;

/** Tells the primary what came from node_modules, in the order in which it came. To be called before the first request. */
export function reportLater(): void {
  const undici = hasUndici();
  setTimeout(() => {
    const required = unseen(() => Object.entries(cache)).flatMap(([file, loaded]) => {
      const parent = isPackaged(file) && loaded !== undefined ? parentOf(loaded) : null;
      return parent === null ? [] : [{ file, parent }];
    });
    send({ tag: 'loaded', required, change: changeNow(), script: process.mainModule !== undefined, undici });
  }, SOON).unref();
}
