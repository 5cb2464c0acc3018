import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/project.js';

for (const command of ['dev', 'status'])
  test(`zdr ${command} in a folder that was removed: one clear line, and exit code 2`, () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', 'rmdir "$PWD"; exec "$@"', 'sh', process.execPath, join(repository, 'bin/zdr.js'), command],
      {
        cwd: mkdtempSync(join(tmpdir(), 'zdr-gone-')),
        env: { ...process.env, LC_ALL: 'C.UTF-8', NO_COLOR: '1' },
        encoding: 'utf8',
      },
    );
    assert.deepEqual(
      [stderr, status],
      [`✘ this folder is gone\n  change to one that is there\n  more: ${join(repository, 'README.md')}#options\n`, 2],
    );
  });
