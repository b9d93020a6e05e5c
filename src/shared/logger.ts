import type { LoggerService } from '@nestjs/common';
import { destination, pino, type DestinationStream, type Logger } from 'pino';

/** Lines wait this long for others: a write for each costs more than a fifth of a whole check. */
const FLUSH_AFTER_MS = 100;

/**
 * Lines in lots. A killed process loses what still waits; one that ends writes it. Written synchronously, as pino does
 * by default: handing ten lots a second to another thread was measured to cost a quarter more for each check.
 */
class Batches implements DestinationStream {
  private stdout = this.open();
  private waiting = '';
  private timer?: NodeJS.Timeout;

  write(line: string): void {
    this.waiting += line;
    this.timer ??= setTimeout(() => {
      this.flush();
    }, FLUSH_AFTER_MS);
  }

  end(): void {
    this.flush();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const lines = this.waiting;
    this.waiting = '';
    if (lines !== '') this.stdout.write(lines);
  }

  /** What a full disk does not take is lost, and no more than that. A stream that has failed is of no use any more. */
  private open() {
    return destination({ fd: 1, sync: true }).on('error', () => {
      this.stdout = this.open();
    });
  }
}

/**
 * JSON lines on standard output. Nothing that reaches a logger holds a code, a text, a number or a key: callers log
 * ids and kinds.
 */
export function makeLogger(): Logger {
  const batches = new Batches();
  process.once('exit', () => {
    batches.end();
  });
  return pino({ base: null }, batches);
}

/** Nest's own words, without its start-up chatter. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(): void {
    // Which routes and modules exist is in the code.
  }

  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    this.logger.error({ details: details.map(String) }, String(message));
  }

  fatal(message: unknown): void {
    this.logger.fatal(String(message));
  }
}
