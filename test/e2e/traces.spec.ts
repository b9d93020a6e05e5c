import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber } from '../support/api.js';
import { Collector, type CollectedSpan } from '../support/collector.js';
import { failoverConfiguration, messageOf, report, reportingAccount } from '../support/failover.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { freePort } from '../support/ports.js';
import { LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let gateway: Gateway;
let collector: Collector;
let api: Service;
let worker: Service;

beforeAll(async () => {
  redis = await TestRedis.start();
  [gateway, collector] = [await Gateway.start(), await Collector.start()];
  const port = await freePort();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`, PASSLANE_PUBLIC_URL: `http://127.0.0.1:${port}` };
  const config = failoverConfiguration({ gateway: reportingAccount(gateway) });
  [api, worker] = await Promise.all([
    Service.start({ redisUrl: redis.url, config, port, env: { ...env, PASSLANE_ROLE: 'api' } }),
    Service.start({ redisUrl: redis.url, config, env: { ...env, PASSLANE_ROLE: 'worker' } }),
  ]);
});

afterAll(async () => {
  await api.stop();
  await worker.stop();
  await Promise.all([gateway.stop(), collector.stop()]);
  await redis.stop();
});

const value = ({ attributes }: CollectedSpan, key: string): unknown => {
  const found = attributes.find((one) => one.key === `passlane.${key}`);
  return found && Object.values(found.value as object)[0];
};

describe('with traces switched on', () => {
  it('one trace of two processes holds the start, the send, the receipt and the check', async () => {
    const shop = api.as(LIVE_KEY);
    const to = freshNumber();
    const { id } = (await shop.start(to, { channels: [{ channel: 'sms' }] })).body;
    const message = await messageOf(gateway, shop, id, to, 1);
    await report(message, 'DELIVRD');
    expect((await shop.check(id, message.body.code!)).body.result).toBe('approved');

    const names = ['verification.start', 'attempt.queue', 'attempt.send', 'attempt.receipt', 'verification.check'];
    const traceId = id.replaceAll('-', '');
    const own = (): CollectedSpan[] => collector.spans.filter((span) => span.traceId === traceId);
    await until('the whole trace', () => names.every((name) => own().some((span) => span.name === name)));
    const of = (name: string): CollectedSpan => own().find((span) => span.name === name)!;
    const root = of('verification.start');
    expect(root.parentSpanId ?? '').toBe('');
    for (const name of names.slice(1)) expect(of(name).parentSpanId).toBe(root.spanId);
    expect(value(of('attempt.send'), 'account')).toBe('gateway');
    expect(value(of('attempt.receipt'), 'outcome')).toBe('applied');
    expect(value(of('verification.check'), 'result')).toBe('approved');

    for (const secret of [to, to.slice(1), message.body.code!, message.body.text!, LIVE_KEY]) {
      expect(collector.received).not.toContain(`"${secret}"`);
      expect(
        collector.received.replaceAll(/"(traceId|spanId|parentSpanId|\w+UnixNano|timeUnixNano)":"\w+"/g, ''),
      ).not.toContain(secret);
    }
  });

  it('a service whose collector has gone works on, and stops in time', async () => {
    await collector.stop();
    const { status } = await api.as(LIVE_KEY).start(freshNumber(), { channels: [{ channel: 'sms' }] });
    expect(status).toBe(201);
    expect(await api.stop()).toBe(0);
  });
});
