import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './setup.mjs';

/** Tests note the pid of everything they start; what a crashed one has left is ended here. */
export function endLeftovers(directory) {
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.pid'))) {
    try {
      process.kill(Number(readFileSync(join(directory, file), 'utf8')), 'SIGKILL');
      say(`ended a leftover of the tests: ${file}`);
    } catch {
      // It has ended by itself, as it should.
    }
  }
}
