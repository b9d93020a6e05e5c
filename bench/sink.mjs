// A process of its own in the place of an SMS gateway: takes every message at once and remembers the code by number.
import { createServer } from 'node:http';

const ANSWER = '{"id":"x"}';

let messages = 0;
let lastAt = 0;
let codes = {};

/** What the load generator asks: how many messages since the last look at the codes, and when the newest came. */
const questions = {
  '/count': () => ({ messages, lastAt }),
  '/codes': () => {
    const taken = codes;
    codes = {};
    messages = 0;
    return taken;
  },
};

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  if (request.method === 'GET') {
    response.end(JSON.stringify(questions[request.url]()));
    return;
  }
  let text = '';
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    const { to, code } = JSON.parse(text);
    codes[to] = code;
    messages += 1;
    lastAt = Date.now();
    response.end(ANSWER);
  });
});

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
