import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { containersOf, podOf, selects, type Manifest } from './support/manifest.js';
import { readManifests, render } from './support/render.js';

const OVERLAYS = ['single', 'sentinel', 'cluster'];
const overlay = (name: string): Manifest[] => render(join('deploy/kubernetes/overlays', name));

/** Every pod of an overlay, under the name of what makes it. */
function pods(name: string) {
  return overlay(name).flatMap((manifest) => {
    const pod = podOf(manifest);
    return pod
      ? [{ name: manifest.metadata.name, manifest, pod, labels: manifest.spec!.template!.metadata.labels }]
      : [];
  });
}

describe.each(OVERLAYS)('the overlay %s', (name) => {
  it('runs every pod as the restricted Pod Security standard asks', () => {
    for (const { pod } of pods(name)) {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(pod.securityContext?.runAsUser).toBeGreaterThan(0);
      expect(pod.hostNetwork).toBeUndefined();
      for (const { securityContext } of containersOf(pod)) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
    const [namespace] = overlay(name).filter(({ kind }) => kind === 'Namespace');
    expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  it('gives no pod a token of the Kubernetes API, nor a way to the host', () => {
    for (const { pod } of pods(name)) {
      expect(pod).toMatchObject({ serviceAccountName: 'passlane', automountServiceAccountToken: false });
      expect(JSON.stringify(pod.volumes ?? [])).not.toContain('hostPath');
    }
    const accounts = overlay(name).filter(({ kind }) => kind === 'ServiceAccount');
    expect(accounts).toMatchObject([{ automountServiceAccountToken: false }]);
  });

  it('says of every container what it needs and how its health is told', () => {
    for (const { pod } of pods(name)) {
      for (const container of containersOf(pod)) {
        expect(container.resources).toMatchObject({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
        expect(container.startupProbe).toBeDefined();
        expect(container.livenessProbe).toBeDefined();
        expect(container.readinessProbe).toBeDefined();
        expect(container.image).toMatch(/:\d+\.\d+\.\d+(-[a-z]+)?$/);
      }
    }
  });

  it('asks Passlane at its own addresses, on a port that it has', () => {
    const ours = pods(name).filter(({ labels }) => labels['app.kubernetes.io/component'] !== 'redis');
    expect(ours.map(({ name: each }) => each).sort()).toEqual(['passlane-api', 'passlane-worker']);
    for (const { pod } of ours) {
      const [container] = pod.containers;
      expect(container?.ports).toEqual([{ name: 'http', containerPort: 3000 }]);
      expect(container?.startupProbe?.httpGet).toEqual({ path: '/health/live', port: 'http' });
      expect(container?.livenessProbe?.httpGet).toEqual({ path: '/health/live', port: 'http' });
      expect(container?.readinessProbe?.httpGet).toEqual({ path: '/health/ready', port: 'http' });
    }
  });

  it('leaves a process its 25 s to stop, after load balancers have had time to learn of it', () => {
    for (const { pod } of pods(name)) {
      const wait = pod.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(wait + 25);
    }
    const api = pods(name).find((each) => each.name === 'passlane-api');
    expect(api?.pod.containers[0]?.lifecycle?.preStop?.sleep).toEqual({ seconds: 5 });
  });

  it('tells where Redis is, with a password from a Secret that stands before it', () => {
    const scheme = { single: 'redis', sentinel: 'redis+sentinel', cluster: 'redis+cluster' }[name];
    for (const { pod, labels } of pods(name)) {
      if (labels['app.kubernetes.io/component'] === 'redis') continue;
      const env = pod.containers[0]?.env ?? [];
      const names = env.map((each) => each.name);
      expect(names.indexOf('REDIS_PASSWORD')).toBeGreaterThanOrEqual(0);
      expect(names.indexOf('REDIS_PASSWORD')).toBeLessThan(names.indexOf('REDIS_URL'));
      expect(env.find((each) => each.name === 'REDIS_PASSWORD')?.value).toBeUndefined();
      expect(env.find((each) => each.name === 'REDIS_URL')?.value).toMatch(
        new RegExp(`^${scheme!.replace('+', '\\+')}://:\\$\\(REDIS_PASSWORD\\)@`),
      );
    }
  });

  it('points every selector at pods that exist', () => {
    const all = pods(name);
    const selectors = overlay(name).flatMap(({ kind, metadata, spec }) => {
      const labels = {
        Service: spec?.selector,
        PodDisruptionBudget: spec?.selector?.matchLabels,
        NetworkPolicy: spec?.podSelector?.matchLabels,
        Deployment: spec?.selector?.matchLabels,
        StatefulSet: spec?.selector?.matchLabels,
      }[kind];
      return labels ? [{ of: `${kind} ${metadata.name}`, labels: labels }] : [];
    });
    for (const { of, labels } of selectors) {
      expect({ of, found: all.some((pod) => selects(labels, pod.labels)) }).toEqual({ of, found: true });
    }
    for (const { pod, labels } of all) {
      for (const { labelSelector } of pod.topologySpreadConstraints ?? []) {
        expect(selects(labelSelector.matchLabels, labels)).toBe(true);
      }
    }
  });

  it('scales API and workers by themselves, spreads them, and never takes all of them away', () => {
    const of = (kind: string) => overlay(name).filter((manifest) => manifest.kind === kind);
    const deployments = of('Deployment').map(({ metadata }) => metadata.name);
    expect(of('HorizontalPodAutoscaler').map(({ spec }) => spec?.scaleTargetRef?.name)).toEqual(deployments);
    expect(of('PodDisruptionBudget').map(({ metadata }) => metadata.name)).toEqual(deployments);
    for (const { spec } of of('Deployment')) {
      // A number here would undo what the autoscaler has done, with every apply.
      expect(spec?.replicas).toBeUndefined();
      expect(spec?.template?.spec.topologySpreadConstraints).toHaveLength(2);
    }
  });

  it('denies all traffic that no policy names', () => {
    const policies = overlay(name).filter(({ kind }) => kind === 'NetworkPolicy');
    const denial = policies.filter(({ spec }) => !spec?.ingress && !spec?.egress);
    expect(denial.map(({ spec }) => spec?.policyTypes)).toEqual([['Ingress', 'Egress']]);
    for (const { labels } of pods(name)) expect(selects(denial[0]?.spec?.podSelector?.matchLabels, labels)).toBe(true);
  });

  it('lets names be looked up at pods, at a cache on the node, and at a cloud, and nothing else be asked there', () => {
    const rules = overlay(name).flatMap(({ spec }) => spec?.egress ?? []);
    const ofNames = rules.filter(({ ports }) => ports.some(({ port }) => port === 53));
    expect(ofNames.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([53, 53]);
    const addresses = ofNames.flatMap(({ to }) => to.flatMap(({ ipBlock }) => ipBlock ?? []));
    expect(addresses).toEqual([{ cidr: '169.254.20.10/32' }, { cidr: '169.254.169.254/32' }]);
    const others = rules.filter((rule) => !ofNames.includes(rule)).flatMap(({ to }) => to);
    expect(others.filter(({ ipBlock }) => ipBlock?.cidr.startsWith('169.254'))).toEqual([]);
    expect(others.find(({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0')?.ipBlock?.except).toEqual(['169.254.0.0/16']);
  });

  it('knows namespaces by labels of which one can have several, each in the instructions', () => {
    const peers = overlay(name).flatMap(({ spec }) => [
      ...(spec?.ingress ?? []).flatMap(({ from }) => from),
      ...(spec?.egress ?? []).flatMap(({ to }) => to),
    ]);
    const labels = peers
      .flatMap(({ namespaceSelector }) => Object.entries(namespaceSelector?.matchLabels ?? {}))
      .filter(([key]) => key !== 'kubernetes.io/metadata.name')
      .map(([key, value]) => `${key}=${value}`);
    const own = name === 'single' ? [] : ['passlane-redis=true'];
    expect(labels).toEqual(['passlane-client=true', 'passlane-monitoring=true', ...own]);
    const instructions = readFileSync('docs/deploy.md', 'utf8');
    for (const label of labels) expect(instructions).toContain(`\`${label}\``);
  });

  it('has no secret in it', () => {
    expect(overlay(name).filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });
});

/** 130 000 verifications a day; what the container has beyond is for the copy that is made while the file is rewritten. */
const REDIS_MEMORY = ['--maxmemory', '2560mb', '--maxmemory-policy', 'noeviction'];

describe('the Redis of the overlay single', () => {
  it('keeps what nobody may change of one that is installed, so that the next version can be applied', () => {
    const { manifest } = pods('single').find((each) => each.name === 'passlane-redis')!;
    expect(manifest.spec).toMatchObject({
      serviceName: 'passlane-redis',
      selector: { matchLabels: { 'app.kubernetes.io/name': 'passlane', 'app.kubernetes.io/component': 'redis' } },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '8Gi' } } },
        },
      ],
    });
  });

  it('has a limit of its own, well below that of its container', () => {
    const [container] = pods('single').find((each) => each.name === 'passlane-redis')!.pod.containers;
    expect(container?.args?.slice(-4)).toEqual(REDIS_MEMORY);
    expect(container?.resources?.limits).toEqual({ memory: '4Gi' });
  });
});

describe('what an operator fills in', () => {
  it('is empty in the example of the Secrets, which names all that the pods read', () => {
    const secrets = readManifests('deploy/kubernetes/base', 'secret.example.yaml') as (Manifest & {
      stringData: Record<string, string>;
    })[];
    expect(secrets.map(({ metadata }) => metadata.name)).toEqual(['passlane', 'passlane-redis']);
    for (const { stringData } of secrets) expect(Object.values(stringData).join('')).toBe('');
    const config = JSON.stringify(parse(readFileSync('deploy/kubernetes/base/passlane.yaml', 'utf8')));
    const read = [...config.matchAll(/"env:([A-Z_]+)"/g)].map(([, name]) => name!);
    expect(Object.keys(secrets[0]!.stringData)).toEqual(['PASSLANE_SECRET', 'PASSLANE_ADMIN_KEY', ...read]);
  });
});

describe('deploy/compose.yaml', () => {
  interface Compose {
    services: Record<string, Record<string, unknown>>;
  }
  const { services } = parse(readFileSync('deploy/compose.yaml', 'utf8')) as Compose;

  it.each(Object.entries(services))('runs %s without rights, on a root file system that is read-only', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.any(String),
      restart: 'unless-stopped',
    });
  });

  it('gives Redis as much memory as the overlay with one does', () => {
    expect(services.redis).toMatchObject({ mem_limit: '4g', command: expect.arrayContaining(REDIS_MEMORY) });
  });

  it('keeps what Redis holds, and asks for its health', () => {
    expect(services.redis).toMatchObject({ volumes: ['redis:/data'], healthcheck: expect.any(Object) });
    expect(services.passlane).toMatchObject({ depends_on: { redis: { condition: 'service_healthy' } } });
  });
});
