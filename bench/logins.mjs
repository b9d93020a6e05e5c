// Logins as a service sees them: a start; then, once the message has come, a look and a check.
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from './load.mjs';

const STEP_MS = 5;
const CODES_EVERY_MS = 20;
/** A person who has no code by then does not type one. */
const CODE_WITHIN_MS = 30_000;
/** More connections than that at a time no client opens; who finds none waits, and that counts as time. */
const MOST_CONNECTIONS = 2_000;

let numbers = 0;

/** Possible numbers of the USA, none of them twice. */
export const freshNumber = () => `+1628${2_000_000 + numbers++}`;

export class Logins {
  /** @param contestant as `startOurs` gives it @param sink where its messages go */
  constructor(contestant, sink) {
    this.contestant = contestant;
    this.sink = sink;
    this.codes = new Map();
    this.idle = [];
    this.connections = 0;
    this.queue = [];
    this.underWay = new Set();
    this.running = true;
    void this.collect();
  }

  /** So many at a time for so many seconds, each followed by the next; one that was refused after a pause. */
  async closed(atATime, seconds, pauseMs = 0) {
    const figures = emptyFigures();
    const end = performance.now() + seconds * 1_000;
    const lane = async () => {
      while (performance.now() < end) if (!(await this.login(figures))) await sleep(pauseMs);
    };
    await Promise.all(Array.from({ length: atATime }, lane));
    return figures;
  }

  /** So many a second for so many seconds, whatever becomes of them. Those that have begun go on. */
  async open(perSecond, seconds) {
    const figures = emptyFigures();
    await this.arrive(perSecond, seconds, figures, () => this.login(figures));
    return figures;
  }

  async arrive(perSecond, seconds, figures, work) {
    const from = performance.now();
    for (let passed = 0; passed < seconds * 1_000; passed = performance.now() - from) {
      const due = (passed * perSecond) / 1_000;
      while (figures.offered < due) {
        figures.offered += 1;
        const begun = work().finally(() => this.underWay.delete(begun));
        this.underWay.add(begun);
      }
      await sleep(STEP_MS);
    }
  }

  /** Single requests, so many a second for so many seconds. `onAnswer` gets each as it is answered. @returns figures */
  async requests(perSecond, seconds, text, onAnswer) {
    const figures = emptyFigures();
    await this.arrive(perSecond, seconds, figures, async () => {
      const answer = await this.ask(text(), figures);
      if (answer) onAnswer(answer);
    });
    await this.settled();
    return figures;
  }

  /**
   * Has all its connections open, as a load balancer does: a process accepts one in each turn of its loop, so that opening
   * them under load would be measured instead. @param text a request that is answered at once
   */
  async connectAll(text) {
    const kept = this.idle.splice(0).filter((connection) => !connection.ended());
    const missing = Array.from({ length: MOST_CONNECTIONS - this.connections }, () => this.connect());
    const all = [...missing, ...kept];
    await Promise.all(all.map((connection) => connection.exchange(text)));
    this.idle.push(...all);
  }

  settled() {
    return Promise.all(this.underWay);
  }

  close() {
    this.running = false;
    for (const connection of this.idle) connection.close();
  }

  /** @returns whether it was served, as far as it went */
  async login(figures) {
    const to = freshNumber();
    const started = await this.ask(this.contestant.start(to), figures);
    if (!started) return false;
    const { status, body, ms, at } = started;
    if (status !== 201) {
      if (status !== 503) throw new Error(`a start was answered ${status}: ${body}`);
      figures.refused.push({ ms, at });
      return false;
    }
    figures.served.push({ ms, at });
    const { id } = JSON.parse(body);
    const code = await this.codeOf(to);
    if (code === undefined) return true;
    const seen = await this.ask(this.contestant.read(id), figures);
    if (seen?.status === 503) figures.readsRefused += 1;
    const checked = await this.ask(this.contestant.check(id, code), figures);
    if (!checked) return true;
    const isApproved = checked.body.includes('"result":"approved"');
    (isApproved ? figures.approved : figures.checksRefused).push({ ms: checked.ms, at: checked.at });
    return true;
  }

  /** Undefined when the connection broke. Time counts from when it was wanted. */
  async ask(text, figures) {
    const from = performance.now();
    const connection = this.takeIdle() ?? (await this.connection());
    try {
      const answer = await connection.exchange(text);
      const at = performance.now();
      this.hand(connection);
      return { ...answer, ms: at - from, at };
    } catch {
      figures.lost += 1;
      return undefined;
    }
  }

  takeIdle() {
    while (this.idle.at(-1)?.ended()) this.idle.pop();
    return this.idle.pop();
  }

  async connection() {
    if (this.connections >= MOST_CONNECTIONS) return new Promise((resolve) => this.queue.push(resolve));
    return this.connect();
  }

  connect() {
    this.connections += 1;
    return open(this.contestant.port, () => {
      this.connections -= 1;
      this.queue.shift()?.(this.connect());
    });
  }

  hand(connection) {
    const next = this.queue.shift();
    if (next) next(connection);
    else this.idle.push(connection);
  }

  async codeOf(to) {
    const giveUp = performance.now() + CODE_WITHIN_MS;
    while (!this.codes.has(to)) {
      if (performance.now() > giveUp) return undefined;
      await sleep(CODES_EVERY_MS);
    }
    const code = this.codes.get(to);
    this.codes.delete(to);
    return code;
  }

  async collect() {
    while (this.running) {
      // The last question may find the sink gone.
      const codes = await fetch(`${this.sink.url}/codes`)
        .then((response) => response.json())
        .catch(() => ({}));
      for (const [to, code] of Object.entries(codes)) this.codes.set(to, code);
      await sleep(CODES_EVERY_MS);
    }
  }
}

const emptyFigures = () => ({
  offered: 0,
  served: [],
  refused: [],
  approved: [],
  checksRefused: [],
  readsRefused: 0,
  lost: 0,
});
