// Runs something long on a Redis that nobody else uses, and leaves nothing behind, however it ends.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from './find-redis.mjs';
import { startPrivateRedis } from './private-redis.mjs';
import { fail, say } from './setup.mjs';

/**
 * Ends this process with what `work` has come to.
 * @param name of what is run, for people and for its directory
 * @param work ({ directory, redis: { url, socket, pid, kill, run } }) → status; services that it starts must end with
 *   this process, each watching its channel to it
 * @param more of Redis' own options
 */
export async function onPrivateRedis(name, work, more) {
  const directory = mkdtempSync(join(tmpdir(), `passlane-${name}-`));
  const start = () => startPrivateRedis(findRedis(), directory, more).catch((error) => fail(error.message));
  const readPid = () => Number(readFileSync(join(directory, 'redis.pid'), 'utf8'));
  let redis = await start();
  let status = 1;
  let ending;
  const end = async () => {
    ending ??= redis.stop();
    await ending;
    // A Redis that rewrites its file while it ends may still put one there.
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    process.exit(status);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  try {
    status = await work({
      directory,
      redis: {
        url: redis.url,
        socket: redis.url.slice('unix://'.length),
        pid: readPid(),
        kill: () => process.kill(readPid(), 'SIGKILL'),
        run: async () => {
          redis = await start();
        },
      },
    });
  } catch (error) {
    say(`The ${name} failed: ${error.stack}`);
  } finally {
    await end();
  }
}
