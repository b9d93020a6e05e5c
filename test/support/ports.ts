import { createServer } from 'node:net';

/** Below what systems give to whoever asks for any port (Linux: from 32768), with room for this many workers of jest. */
const FIRST = 12_000;
const PER_WORKER = 1_250;
const WORKERS = 16;

const worker = Number(process.env.JEST_WORKER_ID ?? 1) % WORKERS;
// Each spec loads this anew, and what the one before has had may not be free yet.
let next = Math.floor(Math.random() * PER_WORKER);

/**
 * A port for something that binds it later, perhaps more than once. No spec that runs beside this one is given the same,
 * and no connection is: one that the system chose would be free for others until then.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + worker * PER_WORKER + (next++ % PER_WORKER);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
