import type { CodeDefaults, Limits, Profile, ProfileChannel, Step } from '../../src/config/config.js';
import type { Channel, Receipt } from '../../src/providers/contract.js';
import { newVerificationId } from '../../src/store/keys.js';
import { number } from './fields.js';
import type { Random } from './random.js';
import type { Request } from './actor.js';
import { ROUTES, type Services } from './services.js';
import type { World } from './world.js';

/** Own codes are few, so that the same one comes twice. Ten digits: that two made codes are equal does not happen. */
const OWN_CODES = ['1111111111', '2222222222'];
const CODE_LENGTH = 10;
const PROFILES = ['login', 'payment'];

export function randomLimits(random: Random): Limits {
  const limits = (most: number, windows: readonly number[]) =>
    Array.from({ length: random.pick([0, 0, 0, 0, 1, 2]) }, () => ({
      count: random.between(2, most),
      seconds: random.pick(windows),
    }));
  return {
    sends_per_number: limits(6, [60, 600]),
    send_wait: random.chance(0.85) ? [] : Array.from({ length: random.between(1, 3) }, () => random.between(1, 90)),
    failures_per_number: limits(8, [60, 3_600]),
  };
}

function randomSteps(random: Random): Step[] {
  return Array.from({ length: random.between(1, 3) }, () => {
    const channel = random.pick(['sms', 'sms', 'whatsapp', 'voice']) as Channel;
    const wait = channel === 'voice' ? random.pick([60, 90]) : random.pick([5, 20, 30, 60]);
    return { channel, wait, confirm_on: random.pick(['delivered', 'delivered', 'delivered', 'read', 'sent'] as const) };
  });
}

/** The profile as somebody has edited it before this start. */
function randomProfile(random: Random, name: string): Profile {
  const defaults: CodeDefaults = { resend: random.pick(['reuse', 'rotate', 'any_live']) };
  const channels = randomSteps(random).map((step, order): ProfileChannel => ({
    ...step,
    id: `c${order}`,
    order,
    status: 'active',
  }));
  return { id: name, application: 'shop', name, status: 'active', defaults, channels };
}

export async function start(world: World): Promise<void> {
  const { random, caller } = world;
  const profile = randomProfile(random, random.chance(0.85) ? PROFILES[0]! : PROFILES[1]!);
  world.profile = profile;
  const code = random.chance(0.2) ? random.pick(OWN_CODES) : undefined;
  const body = {
    to: world.place.number,
    profile: profile.name,
    ttl: random.pick([30, 60, 120, 300, 600]),
    max_checks: random.between(1, 5),
    code_length: CODE_LENGTH,
    code,
  };
  const request = { steps: profile.channels, ownCode: code };
  const plan = profile.channels.map(({ channel, wait, confirm_on }) => `${channel} ${wait} ${confirm_on}`).join(', ');
  world.note(() => `plan: ${plan}; ${String(profile.defaults.resend)}; ttl ${body.ttl}; own code ${String(code)}`);
  await call(world, 'start', request, ({ starts }, once) => {
    world.profile = profile;
    return starts.start(caller, body, once);
  });
}

export async function check(world: World): Promise<void> {
  const { random, caller, book } = world;
  const id = recent(world);
  const codes = book.codes.get(id) ?? [];
  const known = codes.filter((code) => code !== undefined);
  const typed = random.weighted<string | undefined>([
    [3, codes.at(-1)],
    [4, known.length > 0 ? random.pick(known) : undefined],
    [4, undefined],
  ]);
  const code = typed ?? String(random.between(3_000_000_000, 9_999_999_999));
  const kind =
    codes.at(-1) === typed && typed !== undefined ? 'the newest' : known.includes(code) ? 'an old' : 'a wrong';
  const what = `check of ${world.short(id)} with ${kind} code`;
  await call(world, what, { typed: code }, ({ verifications }, once) =>
    verifications.check(caller, id, { code }, once),
  );
}

export async function cancel(world: World): Promise<void> {
  const id = recent(world);
  await call(world, `cancel ${world.short(id)}`, {}, ({ verifications }, once) =>
    verifications.cancel(world.caller, id, once),
  );
}

export async function next(world: World): Promise<void> {
  const id = recent(world);
  const wish = { id, attempts: number(world.seen.get(id)!.fields, 'n') };
  await call(world, `next ${world.short(id)}`, { wish }, ({ nexts }, once) => nexts.next(world.caller, id, once));
}

/** Some calls have an Idempotency-Key, and can be made again. */
async function call(
  world: World,
  what: string,
  request: Request,
  body: (services: Services, once: string | undefined) => Promise<unknown>,
): Promise<void> {
  const once = world.random.chance(0.4) ? `${world.place.number}-${world.repeatable.length + 1}` : undefined;
  const begin = () => world.begin(what, (services) => body(services, once), { ...request, once });
  if (once !== undefined) world.repeatable.push(begin);
  await begin();
}

/** Mostly the newest one, while the first is still running, after it, or instead of one that died. */
export async function repeat({ random, repeatable }: World): Promise<void> {
  const again = random.chance(0.7) ? repeatable.at(-1)! : random.pick(repeatable);
  await again();
}

/** About any message that was sent, of any age, by either id; sometimes about none, or from another account. */
export async function receipt(world: World): Promise<void> {
  const { random, book } = world;
  const sent = random.chance(0.6) ? book.sent.at(-1) : random.pick(book.sent);
  const status = random.pick(['sent', 'delivered', 'delivered', 'read', 'failed', 'failed'] as const);
  const [account, about] = random.chance(0.1)
    ? unknownMessage(world)
    : sent?.messageId !== undefined && random.chance(0.6)
      ? ([sent.account, { messageId: sent.messageId }] as const)
      : ([sent!.account, { attemptId: `${sent!.id}-${sent!.n}` }] as const);
  const error = status === 'failed' && random.chance(0.5) ? ({ kind: 'rejected', code: '7' } as const) : undefined;
  const told: Receipt = { about, status, vendorStatus: status, error };
  const what = `receipt ${status} ${JSON.stringify(about).slice(-16)} of ${account}`;
  const times = random.chance(0.2) ? 2 : 1;
  for (let i = 0; i < times; i++) {
    const request = { receipt: { account, receipt: told } };
    const actor = await world.begin(what, ({ receipts }) => receipts.take(account, told), request);
    // Mostly quicker than whatever else is going on: so it comes before the worker has recorded what it sent.
    if (random.chance(0.6)) await world.finish(actor);
  }
}

function unknownMessage({ random, place, book }: World): readonly [string, Receipt['about']] {
  const sent = random.pick(book.sent);
  const foreign = ROUTES.whatsapp![0] === sent.account ? 's1' : 'w1';
  return random.pick([
    [sent.account, { messageId: `unknown-${place.number}` }],
    [foreign, { attemptId: `${sent.id}-${sent.n}` }],
    [sent.account, { attemptId: `${sent.id}-99` }],
    [sent.account, { attemptId: `${newVerificationId(place.recipient.shard)}-1` }],
    [sent.account, { attemptId: 'nothing of ours' }],
  ]);
}

/** Mostly the newest one. */
const recent = ({ random, ids }: World): string => (random.chance(0.8) ? ids.at(-1)! : random.pick(ids));
