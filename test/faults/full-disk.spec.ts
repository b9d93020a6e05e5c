import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { expect, it } from '@jest/globals';

/** Linux has a disk that is always full. */
const FULL = '/dev/full';
const LINES = `
  const { makeLogger } = await import('./dist/shared/logger.js');
  const logger = makeLogger();
  for (let line = 0; line < 3; line++) {
    logger.info('said');
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  process.exit(7);
`;

(existsSync(FULL) ? it : it.skip)('a log that no disk takes is lost, and the process goes on', async () => {
  const disk = openSync(FULL, 'w');
  const child = spawn(process.execPath, ['--input-type=module', '-e', LINES], { stdio: ['ignore', disk, 'pipe'] });
  closeSync(disk);
  let error = '';
  child.stderr!.on('data', (chunk: Buffer) => (error += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, error }).toEqual({ code: 7, error: '' });
});
