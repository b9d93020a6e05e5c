// The built service as it runs in production, one process that answers and one that sends, and what is read off them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { cpuMicros } from '../../bench/measure.mjs';

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 30_000;
/** As Prometheus is often set to. */
const SCRAPE_EVERY_MS = 5_000;
/** Of pino: an error. */
const ERROR = 50;

export class Service {
  /** Of the heap after garbage collections, { at, heapUsed, external, rss }; at in ms of this process' clock. */
  samples = [];
  /** Lines of `/metrics`, after each reading. */
  series = [];
  failedScrapes = 0;

  /** @param options { root, directory, role, port, env, settings } */
  constructor(options) {
    Object.assign(this, options);
    this.log = join(this.directory, `${this.role}.log`);
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get cpuMicros() {
    return cpuMicros(this.child.pid);
  }

  async start() {
    const config = join(this.directory, 'passlane.yaml');
    writeFileSync(config, stringify(this.settings));
    const log = openSync(this.log, 'a');
    this.child = spawn(process.execPath, ['--import', './test/soak/heap.mjs', 'dist/main.js'], {
      cwd: this.root,
      stdio: ['ignore', log, log, 'ipc'],
      env: {
        PATH: process.env.PATH,
        PORT: String(this.port),
        HOST: '127.0.0.1',
        PASSLANE_ROLE: this.role,
        PASSLANE_CONFIG: config,
        PASSLANE_DRAIN_SECONDS: '0',
        ...this.env,
      },
    });
    this.child.on('message', (sample) => this.samples.push({ at: performance.now(), ...sample }));
    for (const giveUp = Date.now() + READY_WITHIN_MS; Date.now() < giveUp; await sleep(100)) {
      if (this.child.exitCode !== null) break;
      if (await this.answers('/health/ready')) return;
    }
    throw new Error(`the ${this.role} does not get ready`);
  }

  /** As Prometheus would, until it is stopped. */
  scrape() {
    this.scraping = setInterval(async () => {
      const text = await fetch(`${this.url}/metrics`)
        .then((response) => response.text())
        .catch(() => '');
      if (text === '') this.failedScrapes += 1;
      else this.series.push(text.split('\n').length);
    }, SCRAPE_EVERY_MS);
  }

  answers(path) {
    return fetch(this.url + path).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** @returns the exit code */
  async stop() {
    clearInterval(this.scraping);
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return this.child?.exitCode;
    const patience = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
    this.child.kill('SIGTERM');
    const [code] = await once(this.child, 'exit');
    clearTimeout(patience);
    return code;
  }

  /** Messages of its log that are errors, and how often each came. */
  async errors() {
    const found = new Map();
    for await (const line of createInterface({ input: createReadStream(this.log) })) {
      const level = Number(/^\{"level":(\d+)/.exec(line)?.[1] ?? ERROR);
      if (level < ERROR) continue;
      const text = /"msg":"([^"]*)"/.exec(line)?.[1] ?? line.slice(0, 200);
      found.set(text, (found.get(text) ?? 0) + 1);
    }
    return found;
  }
}
