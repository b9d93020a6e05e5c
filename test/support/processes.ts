import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const base = process.env.PASSLANE_TEST_DIR ?? tmpdir();

export const temporaryDirectory = (): string => mkdtempSync(join(base, 'd-'));

/** A process that the test run knows of: it is ended even if the test never gets to it. */
export class Child {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  output = '';
  private readonly pidFile: string;

  constructor(command: string, args: string[], options: SpawnOptions = {}) {
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.pidFile = join(base, `${this.process.pid ?? 0}.pid`);
    writeFileSync(this.pidFile, String(this.process.pid));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.exited = new Promise((resolve) => {
      // After 'exit' there may still be output to read.
      this.process.once('close', (code) => {
        rmSync(this.pidFile, { force: true });
        resolve(code);
      });
    });
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  signal(name: NodeJS.Signals): void {
    if (this.running) this.process.kill(name);
  }

  /** Ends it and waits until it is gone. */
  async end(name: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.signal(name);
    return this.exited;
  }
}
