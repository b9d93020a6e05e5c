// The least that an OTP service can be: bare Fastify and ioredis, one Lua script for each call. No keys, no validation,
// no log, no queue; the code lies in Redis as it is, and a message that is lost is lost.
import { randomInt, randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { Redis } from 'ioredis';
import { Agent, request } from 'undici';

const TTL_SECONDS = 300;
const MAX_CHECKS = 10;

const START = `
redis.call('HSET', KEYS[1], 'to', ARGV[1], 'code', ARGV[2], 'made', 0, 'max', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])`;

const CHECK = `
local s = redis.call('HMGET', KEYS[1], 'code', 'made', 'max')
if not s[1] then return 'unknown' end
if tonumber(s[2]) >= tonumber(s[3]) then return 'locked' end
redis.call('HINCRBY', KEYS[1], 'made', 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return s[1] == ARGV[1] and 'approved' or 'incorrect'`;

const [socket, gateway] = process.argv.slice(2);
const redis = new Redis(socket);
redis.defineCommand('startOtp', { numberOfKeys: 1, lua: START });
redis.defineCommand('checkOtp', { numberOfKeys: 1, lua: CHECK });
const agent = new Agent({ connections: 128, pipelining: 1 });
const fastify = Fastify();

fastify.post('/start', async ({ body: { to } }, reply) => {
  const id = randomUUID();
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  await redis.startOtp(`otp:${id}`, to, code, MAX_CHECKS, TTL_SECONDS);
  void send(id, to, code);
  reply.code(201);
  return { id };
});

fastify.post('/check/:id', async ({ params: { id }, body: { code } }) => {
  const result = await redis.checkOtp(`otp:${id}`, code, TTL_SECONDS);
  return { result, valid: result === 'approved' };
});

/** Fire and forget. */
async function send(id, to, code) {
  const { body } = await request(gateway, {
    dispatcher: agent,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to, text: `${code} is your verification code.`, code, ref: id }),
  });
  await body.dump();
}

await fastify.listen({ port: 0, host: '127.0.0.1' });
process.send({ port: fastify.server.address().port });
process.on('disconnect', () => process.exit(0));
