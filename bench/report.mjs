// The rounds as one Markdown table: medians, and the spread where it matters.
import { median } from './measure.mjs';

const OPERATIONS = { start: 'start, delivered', check: 'check' };
const COLUMNS = ['operation', 'service', 'per second', 'p50 / p99 ms', 'service CPU µs', 'Redis CPU µs'];

/** What one operation may cost, in the floor's service CPU. */
const BOUNDS = { start: 4, check: 2 };
const FAILOVER_BOUND = 1.15;

/** @param rounds [{ floor: { start, check }, ours: { start, check } }, ...] */
export function report(rounds) {
  const lines = [COLUMNS, COLUMNS.map(() => '---')];
  for (const [operation, title] of Object.entries(OPERATIONS)) {
    for (const name of ['floor', 'ours'])
      lines.push(
        row(
          title,
          name,
          rounds.map((round) => round[name][operation]),
        ),
      );
    lines.push(ratios(rounds, operation));
  }
  lines.push(
    row(
      'start, delivered',
      'ours, three steps',
      rounds.map((round) => round.failover.start),
    ),
    failoverRatios(rounds),
  );
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function row(title, name, figures) {
  const of = (field) => figures.map((one) => one[field]);
  return [
    title,
    name,
    spread(of('rate'), 0),
    `${median(of('p50')).toFixed(1)} / ${median(of('p99')).toFixed(1)}`,
    spread(of('service'), 0),
    spread(of('redis'), 0),
  ];
}

/** A start with a plan of three steps beside one with a single step. */
function failoverRatios(rounds) {
  const of = (field) => rounds.map(({ failover, ours }) => failover.start[field] / ours.start[field]);
  const service = of('service');
  const holds = median(service) <= FAILOVER_BOUND ? 'holds' : 'BROKEN';
  return [
    '',
    '**three steps / one**',
    spread(of('rate'), 2),
    '',
    `**${spread(service, 2)}**; bound ${FAILOVER_BOUND} ${holds}`,
    spread(of('redis'), 2),
  ];
}

/** Each round's own ratio first, then the median: what disturbs a round disturbs both sides of it. */
function ratios(rounds, operation) {
  const of = (field) => rounds.map(({ floor, ours }) => ours[operation][field] / floor[operation][field]);
  const service = of('service');
  const holds = median(service) <= BOUNDS[operation] ? 'holds' : 'BROKEN';
  return [
    '',
    '**ours / floor**',
    spread(of('rate'), 2),
    `${median(of('p50')).toFixed(1)} / ${median(of('p99')).toFixed(1)}`,
    `**${spread(service, 2)}**; bound ${BOUNDS[operation]} ${holds}`,
    spread(of('redis'), 2),
  ];
}

function spread(values, digits) {
  const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
    value.toFixed(digits),
  );
  return `${middle} (${least}–${most})`;
}
