// The figures as tables, and what they must be.
import { quantile } from '../../bench/measure.mjs';
import { totalOf } from './census.mjs';
import { KINDS } from './kinds.mjs';
import { slopeOf } from './slope.mjs';

/** Of the wanted rate: whoever offers less has measured something else. */
const RATE = 0.99;
const MOST_TOLD = 0.01;
const MB = 2 ** 20;
const WINDOW_MS = 600_000;
/** MB in ten minutes. */
const SLOPE = 1;
/** Caches fill and V8 compiles for so long, or for this part of a shorter run. */
const WARM_UP_MS = 300_000;
const WARM_UP_SHARE = 0.25;
/** With less than that measured V8 still warms up: then only a leak of some hundred bytes a verification is found. */
const ENOUGH_MS = 600_000;
const SLOPE_OF_SHORT = 30;

/** @returns { text, failed }: Markdown, and whether something is not as it must be */
export function verdict(figures) {
  const checks = [
    rate(figures),
    failures(figures),
    busy(figures),
    ...figures.services.map((service) => heap(service, figures)),
    stuck(figures),
    work(figures),
    ...keys(figures),
    logs(figures),
  ];
  const failed = checks.some(([, , holds]) => !holds);
  const rows = checks.map(([name, value, holds]) => `| ${name} | ${value} | ${holds ? 'holds' : 'BROKEN'} |`);
  return {
    failed,
    text: [
      '| must be | was | |',
      '| --- | --- | --- |',
      ...rows,
      '',
      ...numbers(figures),
      '',
      ...keyTable(figures),
      '',
      ...details(figures),
    ].join('\n'),
  };
}

const rate = ({ rate: reached, load }) => [
  `verifications started a second ≥ ${load.perSecond * RATE}`,
  reached.toFixed(1),
  reached >= load.perSecond * RATE,
];

function failures({ visits, gateway, services }) {
  const failed = sum(visits.failures.values());
  const { refusedReceipts } = gateway.counts;
  const scrapes = sum(services.map(({ failedScrapes }) => failedScrapes));
  const total = failed + refusedReceipts + scrapes;
  return ['visits, receipts, scrapes that failed = 0', `${failed}, ${refusedReceipts}, ${scrapes}`, total === 0];
}

/** Two cores carry it with room to spare; with other work on them the service has no time at moments, and says so. */
function busy({ api, visits }) {
  const share = api.told / sum(Object.values(api.statuses));
  const value = `${api.told} (${(100 * share).toFixed(2)} %), ${visits.turnedAway} people turned away`;
  return [`answers to come again later (overload) ≤ ${100 * MOST_TOLD} %`, value, share <= MOST_TOLD];
}

/** The heap after full collections (heap.mjs), from the end of the warm-up to the end of the load. */
function heap({ role, samples }, { from, to }) {
  const begin = from + Math.min(WARM_UP_MS, (to - from) * WARM_UP_SHARE);
  const points = samples.filter(({ at }) => at >= begin && at <= to).map(({ at, heapUsed }) => [at, heapUsed / MB]);
  const bound = to - begin >= ENOUGH_MS ? SLOPE : SLOPE_OF_SHORT;
  const name = `heap of the ${role} grows ≤ ${bound} MB in 10 min`;
  if (points.length < 3) return [name, 'too short a run', false];
  const slope = slopeOf(points) * WINDOW_MS;
  const [first, last] = [points[0][1], points.at(-1)[1]].map((mb) => mb.toFixed(1));
  return [name, `${slope.toFixed(2)} MB (${first} → ${last}, ${points.length} samples)`, slope <= bound];
}

function stuck({ left: { wrong } }) {
  return ['verifications stuck, or events not delivered = 0', wordsOf(wrong), wrong.size === 0];
}

function work({ left: { work } }) {
  const rest = Object.entries(work).filter(([, count]) => count > 0);
  return ['jobs, due and outbox entries, undelivered events left = 0', wordsOf(rest), rest.length === 0];
}

function keys({ looks, before }) {
  const wrong = looks.map(({ hours, wrong: found }) => [hours, [...found].map(([text, some]) => `${text}: ${some}`)]);
  const words = wrong.flatMap(([hours, texts]) => texts.map((text) => `after ${hours} h ${text}`));
  const last = looks.at(-1);
  const more = new Map();
  for (const [kind, count] of last.kinds) {
    const added = count - (before.kinds.get(kind) ?? 0);
    if (added > 0 && kind.life !== Infinity) more.set(kind.name, added);
  }
  return [
    [
      'keys without a TTL, or that live longer than test/soak/kinds.mjs says = 0',
      words.join('; ') || '0',
      words.length === 0,
    ],
    [
      `keys after ${last.hours / 24} days = before, but for those without a TTL below`,
      `${totalOf(before)} → ${totalOf(last)}${more.size > 0 ? `; ${wordsOf(more)}` : ''}`,
      more.size === 0,
    ],
  ];
}

function logs({ errors, exits }) {
  const found = errors.flatMap((each) => [...each]);
  const clean = found.length === 0 && exits.every((code) => code === 0);
  return ['errors in the logs = 0, exit codes 0', `${wordsOf(found)}; ${exits.join(', ')}`, clean];
}

function numbers({ load, cores, memory, services, api, receiver, collector, gateway, left, visits }) {
  const ms = (what) => [0.5, 0.99].map((q) => quantile(api.times[what], q).toFixed(1)).join(' / ');
  const rss = ({ samples }) => `${((samples.at(-1)?.rss ?? 0) / MB).toFixed(0)} MB`;
  const series = ({ series: lines }) => `${lines[Math.floor(lines.length / 4)]} → ${lines.at(-1)}`;
  const of = (read) => services.map((service) => `${service.role} ${read(service)}`).join(', ');
  const used = Object.entries(cores).map(([name, count]) => `${name} ${count.toFixed(2)}`);
  return [
    '| | |',
    '| --- | --- |',
    `| load | ${load.perSecond} verifications/s for ${load.minutes} minutes, ${visits.started} in all |`,
    `| start, p50 / p99 | ${ms('start')} ms |`,
    `| check, p50 / p99 | ${ms('check')} ms |`,
    `| cores used | ${used.join(', ')} |`,
    `| memory of the processes (RSS) | ${of(rss)} |`,
    `| lines of /metrics, early → late | ${of(series)} |`,
    `| memory of Redis: before, after the load, after 31 days | ${[memory.before, memory.after, memory.end].map((mb) => `${mb.toFixed(0)} MB`).join(', ')} |`,
    `| messages, receipts | ${gateway.counts.messages}, ${gateway.counts.receipts} |`,
    `| events, repeated, spans | ${receiver.events}, ${receiver.repeats}, ${collector.spans} |`,
    `| verifications by final status | ${wordsOf(left.statuses)} |`,
    `| answers | ${wordsOf(Object.entries(api.statuses))} |`,
  ];
}

function keyTable({ looks, before }) {
  const head = [
    'kind of key',
    'before',
    ...looks.map(({ hours }) => (hours === 0 ? 'after the load' : `${hours} h later`)),
    'no TTL, because',
  ];
  const rows = KINDS.map((kind) => {
    const counts = [before, ...looks].map(({ kinds }) => kinds.get(kind) ?? 0);
    return [kind.name, ...counts, kind.why ?? ''];
  }).filter(([, ...counts]) => counts.some((count) => count > 0));
  const total = ['all', ...[before, ...looks].map(totalOf), ''];
  return [head, head.map(() => '---'), ...rows, total].map((cells) => `| ${cells.join(' | ')} |`);
}

/** What failed, at length. */
const details = ({ visits }) =>
  [...visits.failures]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 20)
    .map(([text, count]) => `${count} × ${text}`);

const sum = (numbers) => [...numbers].reduce((total, number) => total + number, 0);
const wordsOf = (counts) => [...counts].map(([name, count]) => `${name} ${count}`).join(', ') || '0';
