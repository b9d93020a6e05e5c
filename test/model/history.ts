import { GRACE_MS } from '../../src/store/verification.store.js';
import { checkOwed, checkWishes, owed } from './checker.js';
import { Random } from './random.js';
import { cancel, check, next, randomLimits, receipt, repeat, start } from './requests.js';
import { must } from './violation.js';
import type { VirtualRedis } from './virtual-redis.js';
import { World, type Place } from './world.js';

/** No plan needs more of them: what takes longer goes round in circles. */
const MOST_ROUNDS = 400;

type Operation = (world: World) => Promise<unknown>;

export interface Result {
  readonly failure?: Error;
  readonly notes: readonly string[];
}

/** One random history from its seed, on a place that nobody else uses meanwhile. */
export async function runHistory(
  seed: number,
  redis: VirtualRedis,
  place: Place,
  keepsNotes: boolean,
): Promise<Result> {
  const random = new Random(seed);
  const luck = { losesJobs: random.pick([0, 0.1, 0.5]), refuses: random.pick([0.05, 0.3, 0.7]) };
  const world = new World(random, place, redis, randomLimits(random), luck, keepsNotes);
  try {
    await start(world);
    for (let left = random.between(10, 40); left > 0; left--) await choose(world)(world);
    await comeToAnEnd(world);
    await world.leave();
    return { notes: world.notes };
  } catch (error) {
    await world.leave().catch(() => undefined);
    return { failure: error as Error, notes: world.notes };
  }
}

function choose(world: World): Operation {
  const { random, actors, ids, book, repeatable } = world;
  const waiting = [...world.jobs].filter(([, { active }]) => !active);
  const workers = actors.filter(({ claim }) => claim);
  const running = actors.length > 0 ? 1 : 0;
  const begun = ids.length > 0 ? 1 : 0;
  return random.weighted<Operation>([
    [2, start],
    [2 * begun, check],
    [0.3 * begun, cancel],
    [1 * begun, next],
    [repeatable.length > 0 ? 1.5 : 0, repeat],
    [book.sent.length > 0 ? 3 : 0, receipt],
    [book.sent.at(-1) && book.sent.at(-1)?.finishedAt === undefined ? 4 : 0, receipt],
    [2, (w) => w.poll()],
    [waiting.length > 0 ? 5 : 0, (w) => w.runJob(random.pick(waiting)[0])],
    [8 * running, (w) => w.step(random.pick(actors))],
    [6 * running, (w) => w.finish(random.pick(actors))],
    [0.8 * running, crash],
    [0.3 * running, (w) => w.timeOut(random.pick(actors), random.chance(0.7))],
    [workers.length > 0 ? 0.6 : 0, (w) => w.timeOut(random.pick(workers), random.chance(0.8))],
    [workers.length > 0 ? 1 : 0, overtake],
    [1, (w) => w.moveTo(w.now + random.between(1, 3_000))],
    [1, (w) => w.moveTo(w.now + random.between(5_000, 70_000))],
    [0.2, (w) => w.moveTo(w.now + random.between(100_000, 700_000))],
    [2 * begun, (w) => w.moveTo(nextDue(w) - random.pick([0, 0, 1]))],
  ]);
}

/** Before its next effect, or after it without knowing. */
const crash: Operation = async (world) => {
  const actor = world.random.pick(world.actors);
  if (world.random.chance(0.5)) await world.step(actor);
  if (!actor.ended) world.kill(actor);
};

/** A worker hangs until another one takes its attempt over. */
const overtake: Operation = async (world) => {
  const { id } = world.random.pick(world.actors.flatMap(({ claim }) => claim ?? []));
  const until = Number(world.seen.get(id)?.fields.claim_until ?? world.now);
  await world.moveTo(until + world.random.pick([0, 0, GRACE_MS]));
  await world.finish(await world.poll());
  const [name] = [...world.jobs].find(([, job]) => job.id === id && !job.active) ?? [];
  const worker = name === undefined ? undefined : await world.runJob(name);
  if (worker) await world.step(worker);
};

/** From here on nobody dies, except who has died already: then everything must come to its end by itself. */
async function comeToAnEnd(world: World): Promise<void> {
  const { random } = world;
  for (const actor of [...world.actors]) if (random.chance(0.5)) world.kill(actor);
  const late = [...world.actors];
  for (const [name, job] of world.jobs) {
    // Only the queue gives a job again.
    if (job.active && job.message) world.jobs.delete(name);
    else job.active = false;
  }
  world.note(() => `nothing more fails; ${late.length} come late`);
  world.luck = { ...world.luck, losesJobs: 0 };
  if (late.length === 0) world.punctualFrom = world.now;
  const rounds = owed(world.seen, world.now);
  const wishes = [...world.book.wishes];
  let left = MOST_ROUNDS;
  while (world.live().length > 0 || late.length > 0) {
    must(--left > 0, 'P1', () => 'it never ends');
    await world.finish(await world.poll());
    for (const [name] of [...world.jobs]) {
      await world.finish(await world.runJob(name));
    }
    const overdue = late.at(-1);
    if (overdue && (world.live().length === 0 || random.chance(0.1))) {
      late.pop();
      await world.finish(overdue);
    }
    const due = nextDue(world);
    if (world.live().length > 0 && world.jobs.size === 0) await world.moveTo(due);
  }
  world.conclude();
  checkOwed(rounds, world.seen);
  checkWishes(wishes, rounds, world.seen);
}

function nextDue(world: World): number {
  const times = world.live().map((id) => world.seen.get(id)!.due ?? world.now);
  return times.length > 0 ? Math.min(...times) : world.now;
}
