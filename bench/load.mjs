// Load in a closed loop: kept connections, each with one request at a time. On bare sockets, since on a machine that
// is shared with the servers a heavier client would hide what they can do.
import { connect } from 'node:net';

const CONNECTIONS = 64;
/** Without a byte in either direction. Less than a service keeps a connection: who asks must be the one to hang up. */
const IDLE_MS = 60_000;

/** @returns the text of one request */
export function post(path, key, body) {
  const text = JSON.stringify(body);
  const authorization = key ? `authorization: Bearer ${key}\r\n` : '';
  return `POST ${path} HTTP/1.1\r\nhost: bench\r\n${authorization}content-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

/** @returns the text of one request */
export const get = (path, key) => `GET ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${key}\r\n\r\n`;

/**
 * Sends `count` requests and looks at every answer.
 * @param request number of the request → its text
 * @param onAnswer number of the request and its answer's body; throws when that is not what it should be
 * @returns {Promise<{ startedAt: number, endedAt: number, latencies: Float64Array }>} times in ms
 */
export async function drive(port, count, request, onAnswer) {
  const latencies = new Float64Array(count);
  let next = 0;
  const startedAt = Date.now();
  const connections = Array.from({ length: CONNECTIONS }, () => open(port));
  try {
    await Promise.all(
      connections.map(async (connection) => {
        while (next < count) {
          const i = next++;
          const sentAt = performance.now();
          const { body } = await connection.exchange(request(i));
          latencies[i] = performance.now() - sentAt;
          onAnswer(i, body);
        }
      }),
    );
  } finally {
    for (const connection of connections) connection.close();
  }
  return { startedAt, endedAt: Date.now(), latencies };
}

/**
 * One connection. Understands answers that say their length, which is all that the servers under test give.
 * @param onClose is told once it has ended, which it does while nothing is asked, too
 */
export function open(port, onClose = () => {}) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let received = '';
  let waiting;
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    received += chunk;
    const answer = answerOf(received);
    if (answer === undefined) return;
    received = '';
    waiting.resolve(answer);
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => {
    waiting?.reject(new Error('a connection has ended'));
    onClose();
  });
  return {
    /** @returns {Promise<{ status: number, head: string, body: string }>} */
    exchange: (text) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(text);
      }),
    /** What is asked over one that has ended is never answered. */
    ended: () => socket.destroyed,
    close: () => socket.destroy(),
  };
}

/** Undefined as long as something is missing. */
function answerOf(received) {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.slice(0, end);
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
  const body = received.slice(end + 4);
  return body.length < length ? undefined : { status: Number(received.slice(9, 12)), head, body };
}
