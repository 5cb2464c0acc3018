import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagNames } from '../../dist/cli/flags.js';
import { check } from '../../dist/setup/check.js';
import { keys } from '../../dist/setup/keys.js';

/** Of the command line alone: the others are keys. */
const asked = ['help', 'version', 'pid'];
const opposite: Readonly<Record<string, string>> = { 'no-ahead': 'ahead', 'no-color': 'color' };

test('every option of the command line is a key of the config', () => {
  for (const flag of flagNames) {
    if (asked.includes(flag)) continue;
    const key = opposite[flag] ?? flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    assert.ok(Object.hasOwn(keys, key), `${flag}: ${key}`);
  }
});

test('where debuggers attach, and whether the first line waits', () => {
  const inspect = (config: object) => {
    const checked = check(config, 'zdr.config.ts');
    return checked.tag === 'checked' ? checked.given.inspect : checked.message;
  };
  assert.deepEqual(inspect({ inspect: true }), { host: '127.0.0.1', port: 9229, start: 'run' });
  assert.deepEqual(inspect({ inspectBrk: 9300 }), { host: '127.0.0.1', port: 9300, start: 'break' });
  assert.equal(inspect({ inspect: false, inspectBrk: false }), undefined);
  assert.match(String(inspect({ inspectBrk: 'no:where:9' })), /inspectBrk in zdr\.config\.ts is .*no address/);
});
