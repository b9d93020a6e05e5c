import { Cluster, Redis } from 'ioredis';
import type { RedisAddress } from '../../config/redis-url.js';
import { failFast, retryStrategy, type OnError } from './options.js';
import { giveUpWhenHung } from './watch.js';
import { writeOnceATurn } from './write-once-a-turn.js';

export type ClusterAddress = Extract<RedisAddress, { mode: 'cluster' }>;

/** A node that does not say by then who has which slots is left for the next one. */
const SLOTS_WITHIN_MS = 600;
/** How often we ask for them while a primary is away: so much later than the cluster we know of a new one. */
const LOOK_EVERY_MS = 200;
/** If nobody has answered for so long, the nodes may have new addresses: begin again with those of the settings. */
const START_OVER_AFTER_MS = 2_000;

export const loginOf = ({ username, password, tls }: ClusterAddress) => ({
  username,
  password,
  ...(tls && { tls: {} }),
});

class CarefulCluster extends Cluster {
  /** Since this was looked at, a node has said that it serves nothing: the others may have left it behind. */
  down = false;

  /** ioredis waits for the end of each node, and those between two tries would have none. */
  override disconnect(reconnect = false): void {
    for (const node of this.nodes()) if (node.status === 'reconnecting') node.connect().catch(() => undefined);
    super.disconnect(reconnect);
  }

  override handleError(...[error, ...rest]: Parameters<Cluster['handleError']>): void {
    if (error.message.startsWith('CLUSTERDOWN')) this.down = true;
    super.handleError(error, ...rest);
  }
}

/** Fails fast, node by node: what is for the others goes on. */
export function makeCluster(address: ClusterAddress, onError: OnError): Cluster {
  const { maxRetriesPerRequest, disconnectTimeout, connectTimeout, maxLoadingRetryTime } = failFast;
  const cluster = new CarefulCluster([...address.nodes], {
    clusterRetryStrategy: retryStrategy,
    // ioredis would connect to an address instead, for which a certificate that has names does not hold.
    dnsLookup: (host, done) => {
      done(null, host);
    },
    slotsRefreshTimeout: SLOTS_WITHIN_MS,
    redisOptions: {
      ...loginOf(address),
      maxRetriesPerRequest,
      disconnectTimeout,
      connectTimeout,
      maxLoadingRetryTime,
    },
    enableOfflineQueue: false,
    // A node that is away stays known: what is for it fails at once, and it is well as soon as it is back.
    clusterNodeRetryStrategy: retryStrategy,
    // A script that may have run is never sent again behind its caller's back.
    retryDelayOnFailover: 0,
    // A slot that nobody serves will be served in seconds, not in the time that an answer may take.
    retryDelayOnClusterDown: 0,
    // These have not run: a slot has moved (asked again at once), or is on its way (asked again for 100 ms at most).
    retryDelayOnTryAgain: 20,
    maxRedirections: 5,
  });
  cluster.on('error', onError).on('node error', onError);
  cluster.on('+node', giveUpWhenHung).on('+node', writeOnceATurn);
  for (const event of ['ready', 'refresh']) {
    cluster.on(event, () => {
      connectPrimaries(cluster);
    });
  }
  followFailovers(cluster);
  return cluster;
}

/** ioredis connects with the first command for a node, and refuses the second one as long as it does. */
function connectPrimaries(cluster: Cluster): void {
  // Before that the first command is its own.
  if (cluster.status !== 'ready') return;
  for (const node of cluster.nodes('master')) if (node.status === 'wait') node.connect().catch(() => undefined);
}

/**
 * Without a command for one of its slots nobody would tell us that a dead primary's replica has taken over; and one that is cut
 * off from the others says only that it serves nothing, not who does.
 */
function followFailovers(cluster: CarefulCluster): void {
  let answeredAt = Date.now();
  const timer = setInterval(() => {
    const allAnswer = cluster.nodes('master').every(({ status }) => status === 'ready');
    if (cluster.status !== 'ready' || (allAnswer && !cluster.down)) {
      answeredAt = Date.now();
      return;
    }
    cluster.down = false;
    cluster.refreshSlotsCache((error) => {
      if (!error) answeredAt = Date.now();
      else if (cluster.status === 'ready' && Date.now() - answeredAt > START_OVER_AFTER_MS) cluster.disconnect(true);
    });
  }, LOOK_EVERY_MS).unref();
  cluster.on('end', () => {
    clearInterval(timer);
  });
}

/** A cluster tells every node what is published. One connection to one of them; when it is lost, to the next. */
export function makeClusterSubscriber(address: ClusterAddress): Redis {
  let at = Math.floor(Math.random() * address.nodes.length);
  const target = () => ({ ...address.nodes[at % address.nodes.length] });
  const redis = new Redis({ ...target(), ...loginOf(address), ...failFast, autoResubscribe: false });
  redis.on('reconnecting', () => {
    at++;
    Object.assign(redis.options, target());
  });
  return redis;
}
