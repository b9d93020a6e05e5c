import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { Metrics } from '../../src/shared/metrics.js';

interface Known {
  readonly labels: readonly string[];
  readonly type: string;
}

const known = new Map<string, Known>(
  Object.values(new Metrics())
    .filter((metric): metric is object & { name: string; labelNames: string[] } => 'name' in (metric as object))
    .map((metric) => [metric.name, { labels: metric.labelNames, type: metric.constructor.name }]),
);

const alerts = parse(readFileSync('deploy/prometheus/alerts.yaml', 'utf8')) as {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
};
const dashboard = JSON.parse(readFileSync('deploy/grafana/passlane.json', 'utf8')) as {
  panels: { id: number; title: string; targets: { expr: string }[] }[];
};
const rules = alerts.groups.flatMap((group) => group.rules);
const expressions = [
  ...rules.map(({ expr }) => expr),
  ...dashboard.panels.flatMap((panel) => panel.targets.map(({ expr }) => expr)),
];

/** The metrics of an expression as they are declared: a histogram is asked for by its parts. */
const namesIn = (expression: string): string[] =>
  [...expression.matchAll(/passlane_\w+/g)].map(([name]) => {
    const whole = name.replace(/_(bucket|count|sum)$/, '');
    return known.get(whole)?.type === 'Histogram' && whole !== name ? whole : name;
  });

/** Labels that it selects or groups by. */
const labelsIn = (expression: string): string[] => [
  ...[...expression.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label!),
  ...[...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(',').map((label) => label.trim())),
];

describe('dashboard and alerts', () => {
  it.each(expressions)('only name what /metrics has: %s', (expression) => {
    const names = namesIn(expression);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect([...known.keys()]).toContain(name);
    const labels = ['le', ...names.flatMap((name) => known.get(name)!.labels)];
    for (const label of labelsIn(expression)) expect(labels).toContain(label);
  });

  it('show every metric somewhere', () => {
    expect([...known.keys()].filter((name) => !expressions.flatMap(namesIn).includes(name))).toEqual([]);
  });

  it('have names of their own, and say what to do', () => {
    const titles = dashboard.panels.map(({ title }) => title);
    for (const list of [titles, rules.map(({ alert }) => alert)]) expect(new Set(list).size).toBe(list.length);
    for (const { annotations } of rules) expect(annotations.summary).toMatch(/\w/);
  });
});
