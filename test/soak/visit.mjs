// One person's visit: a start, and what that person then does (people.mjs).
import { setTimeout as sleep } from 'node:timers/promises';
import { URLSearchParams } from 'node:url';
import { TurnedAway } from './api.mjs';
import { LONGEST_TTL_S } from './settings.mjs';

/** Through a provider that fails and the wait of a step, on a busy machine. */
const MESSAGE_WITHIN_MS = 30_000;
const THINK_MS = 400;
/** A code that has just expired. */
const BEHIND_MS = 1_500;
/** Who cannot even start after so many tries comes another day: endless patience of ever more people is an attack. */
const START_TRIES = 3;
/** More wrong tries than any profile takes. */
const MANY = 8;

/** One of so many does it too. */
const REPEATS_START = 10;
const REPEATS_CHECK = 25;
const READS = 3;
const SEARCHES_NUMBER = 20;
const SEARCHES_REFERENCE = 200;

export class Visits {
  /** Every verification, and its final status as its person has seen it; undefined where the person did not see it. */
  outcomes = new Map();
  /** Whom the service had no time for. */
  turnedAway = 0;
  /** What went otherwise than meant, and how often. */
  failures = new Map();

  get started() {
    return this.outcomes.size;
  }

  /** @param surroundings { api, gateway, tokens, jwt } */
  constructor(surroundings) {
    Object.assign(this, surroundings);
  }

  /** Never rejects: what fails is counted. */
  async visit(person) {
    const inbox = this.gateway.welcome(person);
    try {
      await (person.deed === 'door' ? this.throughDoor(person, inbox) : this.login(person, inbox));
    } catch (error) {
      if (error instanceof TurnedAway) this.turnedAway += 1;
      else this.fail(`${person.deed}, ${person.fortune}: ${error.message}`);
    } finally {
      this.gateway.leave(person);
    }
  }

  fail(text) {
    this.failures.set(text, (this.failures.get(text) ?? 0) + 1);
  }

  async login(person, inbox) {
    const { n } = person;
    const body = startOf(person);
    const started = await this.start(person, body, `start-${n}`, 201, START_TRIES);
    const { id } = started;
    this.outcomes.set(id, undefined);
    if (n % REPEATS_START === 0) mustBe((await this.start(person, body, `start-${n}`, 201)).id, id, 'repeated start');
    const outcome = await this.act(person, { ...started, inbox, body });
    this.outcomes.set(id, outcome);
    if (n % READS === 0) mustBe((await this.read(person, id)).status, outcome, 'status that was read');
    if (n % SEARCHES_NUMBER === 0) await this.find(person, { to: person.to }, id);
    if (n % SEARCHES_REFERENCE === 0) await this.find(person, { reference: body.reference }, id);
  }

  /** @returns the final status */
  async act(person, { id, expires_at, inbox, body }) {
    const { n, deed } = person;
    if (deed === 'leave') {
      await sleep(LONGEST_TTL_S * 1_000 + BEHIND_MS);
      return 'expired';
    }
    let code = await inbox.newest(1, MESSAGE_WITHIN_MS);
    await sleep(THINK_MS);
    const check = (typed) => this.check(person, id, typed);
    switch (deed) {
      case 'cancel':
        await this.post('cancel', person, `/v1/verifications/${id}/cancel`, {}, [200]);
        return 'canceled';
      case 'late':
        await sleep(Date.parse(expires_at) - Date.now() + BEHIND_MS);
        mustBe(await check(code), 'expired', 'a late check');
        return 'expired';
      case 'guess':
        for (let i = 0; i < MANY; i++) if ((await check(wrongFor(code))) === 'locked') return 'locked';
        throw new Error('it was never locked');
      case 'mistype':
        mustBe(await check(wrongFor(code)), 'incorrect', 'a wrong code');
        break;
      case 'again':
        mustBe((await this.start(person, body, `again-${n}`, 200)).id, id, 'id of a start that continues');
        code = await inbox.newest(2, MESSAGE_WITHIN_MS);
        break;
      case 'next':
        await this.post('next', person, `/v1/verifications/${id}/next`, { key: `next-${n}` }, [200]);
        code = await inbox.newest(2, MESSAGE_WITHIN_MS);
        break;
    }
    mustBe(await check(code), 'approved', 'the right code');
    return 'approved';
  }

  /** As a company that has called GENIQ until now. */
  async throughDoor(person, inbox) {
    const { n, to } = person;
    const form = { recipient: to, originator: 'Soak', expiry: String(LONGEST_TTL_S), reference: `door-${n}` };
    const path = '/geniq/rest/v1/verify';
    const { messageIds } = await this.post('door start', person, path, { form }, [200], START_TRIES);
    const [id] = messageIds;
    this.outcomes.set(id, undefined);
    const code = await inbox.newest(1, MESSAGE_WITHIN_MS);
    await this.post('door check', person, `${path}/${id}`, { form: { code } }, [200]);
    this.outcomes.set(id, 'approved');
  }

  start(person, body, key, status, tries) {
    const what = status === 201 ? 'start' : 'start again';
    return this.post(what, person, '/v1/verifications', { key, body }, [status], tries);
  }

  /** @returns the result */
  async check(person, id, code) {
    const key = person.n % REPEATS_CHECK === 0 ? `check-${person.n}-${code}-${Math.random()}` : undefined;
    const call = () => this.post('check', person, `/v1/verifications/${id}/check`, { key, body: { code } }, [200]);
    const { result } = await call();
    if (key !== undefined) mustBe((await call()).result, result, 'repeated check');
    return result;
  }

  read(person, id) {
    const token = this.jwt[person.application];
    return this.api.ask('read', { method: 'GET', path: `/v1/verifications/${id}`, token }, [200]);
  }

  async find(person, query, id) {
    const path = `/v1/verifications?${new URLSearchParams(query)}`;
    const token = this.jwt[person.application];
    const { data } = await this.api.ask('search', { method: 'GET', path, token }, [200]);
    mustBe(data.map((one) => one.id).join(), id, 'what was found');
  }

  post(what, person, path, request, expected, tries) {
    return this.api.ask(what, { path, token: this.tokens[person.application], ...request }, expected, tries);
  }
}

const startOf = ({ n, to, application, profile, address }) => ({
  to,
  profile,
  reference: `order-${application}-${n}`,
  metadata: { cart: String(n), page: 'checkout' },
  client_ip: address,
  limit_keys: [{ name: 'session', value: `session-${n}` }],
});

const wrongFor = (code) => code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10);

function mustBe(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}
