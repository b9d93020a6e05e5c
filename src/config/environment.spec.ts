import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.errors.js';
import { decodeSecrets, readEnvironment } from './environment.js';

const HUSH = 'hush-0f3a9c';
const SECRET = randomBytes(32).toString('base64');

function faults(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}

describe('readEnvironment', () => {
  it('needs the secret only', () => {
    expect(readEnvironment({ PASSLANE_SECRET: SECRET, NOT_OURS: HUSH })).toEqual({
      PORT: 3_000,
      HOST: '0.0.0.0',
      REDIS_URL: 'redis://127.0.0.1:6379',
      PASSLANE_CONFIG: 'config/passlane.yaml',
      PASSLANE_SECRET: SECRET,
      PASSLANE_ROLE: 'all',
      PASSLANE_PROCESSES: 1,
      OTEL_TRACES_SAMPLER_ARG: 1,
    });
    expect(faults(() => readEnvironment({}))).toEqual([
      'PASSLANE_SECRET: must be set: base64 of at least 32 random bytes (openssl rand -base64 32)',
    ]);
  });

  it('drops a newline at the end, which secrets made of a file have', () => {
    const key = 'an-admin-key-of-24-signs';
    expect(readEnvironment({ PASSLANE_SECRET: SECRET, PASSLANE_ADMIN_KEY: `${key}\n` }).PASSLANE_ADMIN_KEY).toBe(key);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readEnvironment({ PASSLANE_SECRET: SECRET, PORT: '', HOST: '', PASSLANE_ROLE: '' }).PORT).toBe(3_000);
    expect(faults(() => readEnvironment({ PASSLANE_SECRET: '' }))).toHaveLength(1);
  });

  it.each([
    ['PORT', '0'],
    ['PORT', '65535'],
    ['REDIS_URL', 'rediss://user:pass@redis.internal:6380/1'],
    ['REDIS_URL', 'unix:///run/redis.sock'],
    ['PASSLANE_ROLE', 'worker'],
    ['PASSLANE_PUBLIC_URL', 'https://otp.example.com/'],
    ['PASSLANE_PROCESSES', '8'],
    ['PASSLANE_DRAIN_SECONDS', '0'],
  ])('takes %s=%s', (name, value) => {
    expect(faults(() => readEnvironment({ PASSLANE_SECRET: SECRET, [name]: value }))).toEqual([]);
  });

  it.each([
    ['PORT', '65536', /must not be greater than 65535/],
    ['PORT', '-1', /must be an integer/],
    ['PORT', '3000.5', /must be an integer/],
    ['PORT', '0x10', /must be an integer/],
    ['PORT', HUSH, /must be an integer/],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', /must not be greater than 1/],
    ['OTEL_TRACES_SAMPLER_ARG', HUSH, /must be a number/],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', /must start with http/],
    ['REDIS_URL', `http://${HUSH}`, /must start with redis:/],
    ['PASSLANE_ROLE', HUSH, /must be one of/],
    ['PASSLANE_PUBLIC_URL', HUSH, /must start with http/],
    ['PASSLANE_PROCESSES', '0', /must not be less than 1/],
    ['PASSLANE_DRAIN_SECONDS', '1.5', /must be an integer/],
    ['PASSLANE_DRAIN_SECONDS', '301', /must not be greater than 300/],
    ['PASSLANE_ADMIN_KEY', `long enough ${HUSH}`, /must have no blanks/],
  ])('refuses a wrong %s: %s', (name, value, message) => {
    const found = faults(() => readEnvironment({ PASSLANE_SECRET: SECRET, [name]: value }));
    expect(found[0]?.split(': ')[0]).toBe(name);
    expect(found.join()).toMatch(message);
    expect(found.join()).not.toContain(HUSH);
  });
});

describe('decodeSecrets', () => {
  it('reads one or several, newest first, with blanks between', () => {
    const secrets = [randomBytes(32), randomBytes(48)];
    expect(decodeSecrets(SECRET)).toEqual([Buffer.from(SECRET, 'base64')]);
    expect(decodeSecrets(secrets.map((secret) => secret.toString('base64')).join(' , '))).toEqual(secrets);
  });

  it.each([
    ['31 bytes', randomBytes(31).toString('base64'), 'must be at least 32 bytes, base64'],
    ['a short one after a long one', `${SECRET},c2hvcnQ=`, 'must be at least 32 bytes, base64'],
    ['hexadecimal with a prefix', `0x${randomBytes(32).toString('hex')}`, 'is not base64'],
    ['a password', 'correct horse battery staple, and so on', 'is not base64'],
    ['a comma at the end', `${SECRET},`, 'must be at least 32 bytes, base64'],
  ])('refuses %s', (_, list, message) => {
    const found = faults(() => decodeSecrets(list));
    expect(found).toEqual([`PASSLANE_SECRET: ${message}`]);
  });
});
