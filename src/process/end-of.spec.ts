import cluster from 'node:cluster';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Logger } from 'pino';
import { endOf } from './end-of.js';

const error = jest.fn();
const logger = { error } as unknown as Logger;

const program = join(tmpdir(), `passlane-${process.pid}-idle.cjs`);

function fork(cwd?: string) {
  writeFileSync(program, 'setInterval(() => {}, 1_000)');
  cluster.setupPrimary({ exec: program, args: [], execArgv: [], cwd });
  return cluster.fork();
}

describe('endOf', () => {
  beforeEach(() => {
    error.mockClear();
  });

  it('says how a process has ended', async () => {
    const child = fork();
    const end = endOf(() => child, logger);
    await once(child, 'online');
    child.process.kill('SIGKILL');
    expect(await end).toMatchObject({ code: null, signal: 'SIGKILL', refused: false });
  });

  it('takes one that the system could not start for one that has fallen over', async () => {
    expect(await endOf(() => fork('/nowhere'), logger)).toMatchObject({ code: 1, signal: null, refused: false });
    expect(error).toHaveBeenCalledTimes(1);
  });

  it('takes one that could not even be forked for the same, so that the others go on', async () => {
    const noMemory = () => {
      throw new Error('spawn ENOMEM');
    };
    expect(await endOf(noMemory, logger)).toEqual({ code: 1, signal: null, ranMs: 0, refused: false });
    expect(error).toHaveBeenCalledWith({ error: 'spawn ENOMEM' }, 'a process cannot be started');
  });

  it('outlives a message to one that does not listen any more', async () => {
    const child = fork();
    const end = endOf(() => child, logger);
    await once(child, 'online');
    child.process.disconnect();
    child.send({});
    expect(await end).toMatchObject({ code: 0, refused: false });
    expect(error).toHaveBeenCalledTimes(1);
  });
});
