import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.errors.js';
import { parseRedisUrl } from './redis-url.js';

const HUSH = 'hush-0f3a9c';

describe('parseRedisUrl', () => {
  it.each([
    'redis://127.0.0.1:6379/2',
    'redis://[::1]/?family=6',
    `rediss://user:${HUSH}@redis:6380`,
    'unix:///run/redis.sock',
  ])('leaves %s to the client', (url) => {
    expect(parseRedisUrl(url)).toEqual({ mode: 'single', url });
  });

  it('reads sentinels, the name of the primary and what to log in with', () => {
    const url = `redis+sentinel://ann:a%40b%2Fc@s-1:26380,s-2,[::1]:26381/my%20primary?db=3&sentinelUsername=sam&sentinelPassword=s%26p`;
    expect(parseRedisUrl(url)).toEqual({
      mode: 'sentinel',
      nodes: [
        { host: 's-1', port: 26_380 },
        { host: 's-2', port: 26_379 },
        { host: '::1', port: 26_381 },
      ],
      name: 'my primary',
      username: 'ann',
      password: 'a@b/c',
      db: 3,
      sentinelUsername: 'sam',
      sentinelPassword: 's&p',
      tls: false,
    });
  });

  it('reads the nodes of a cluster, with TLS', () => {
    expect(parseRedisUrl(`rediss+cluster://:${HUSH}@10.0.0.1:7000,redis-1.redis/`)).toEqual({
      mode: 'cluster',
      nodes: [
        { host: '10.0.0.1', port: 7_000 },
        { host: 'redis-1.redis', port: 6_379 },
      ],
      username: undefined,
      password: HUSH,
      tls: true,
    });
  });

  it.each([
    ['another scheme', `http://${HUSH}`, /must be redis:/],
    ['one server with a sign that is not encoded', `redis://:${HUSH}#1@redis:6379`, /percent-encoded/],
    ['one server with a percent sign alone', `rediss://:${HUSH}%@redis:6379`, /%25/],
    ['one server with a database that is no number', `redis://redis/${HUSH}`, /number of a database/],
    ['one server with options', `redis://redis/0?${HUSH}=20`, /nothing else/],
    ['no hosts', 'redis+cluster://', /must be redis:/],
    ['a sign that is not encoded', `redis+cluster://:${HUSH}@${HUSH}@redis`, /percent-encoded/],
    ['a percent sign alone', `redis+cluster://:${HUSH}%@redis`, /%25/],
    ['a password without its colon', `redis+cluster://${HUSH}@redis`, /colon/],
    ['an empty host', `redis+cluster://:${HUSH}@redis,,redis`, /host:port/],
    ['a port that is none', `redis+cluster://:${HUSH}@redis:70000`, /port/],
    ['a cluster with a database', `redis+cluster://:${HUSH}@redis/1`, /neither name nor databases/],
    ['a cluster with options', `redis+cluster://:${HUSH}@redis?db=1`, /neither name nor databases/],
    ['sentinels without a name', `redis+sentinel://:${HUSH}@redis`, /name of the primary/],
    ['a database that is no number', `redis+sentinel://:${HUSH}@redis/p?db=${HUSH}`, /db must/],
    ['an unknown option', `redis+sentinel://:x@redis/p?${HUSH}=1`, /nothing else/],
  ])('refuses %s, and does not say what it was', (_, url, message) => {
    const refused = () => parseRedisUrl(url);
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(message);
    expect(refused).not.toThrow(HUSH);
    expect(refused).toThrow(/^REDIS_URL: /);
  });
});
