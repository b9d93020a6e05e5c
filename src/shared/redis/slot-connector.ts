import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, Redis, type Cluster } from 'ioredis';
import { loginOf, type ClusterAddress } from './cluster.js';
import { patient } from './options.js';

/** Nobody may know where a slot is, when all of a cluster is away. */
const ASK_AGAIN_MS = 50;
const DISCONNECT_WITHIN_MS = 10;

/**
 * A plain connection to whichever node has a slot, as Sentinel's is to whichever server is primary: looked up with each
 * connect. BullMQ's blocking call is at home on one connection; of ioredis' cluster client, which BullMQ would
 * disconnect and connect again whenever an answer is late, it loses answers.
 */
export function makeBlockingOfSlot(cluster: Cluster, address: ClusterAddress, slot: number): Redis {
  const { tls } = address;
  class SlotConnector extends AbstractConnector {
    constructor() {
      super(DISCONNECT_WITHIN_MS);
    }

    async connect(): Promise<Socket> {
      this.connecting = true;
      let node = ownerOf(cluster, slot);
      while (!node && !this.left()) {
        await sleep(ASK_AGAIN_MS, undefined, { ref: false });
        node = ownerOf(cluster, slot);
      }
      if (!node || this.left()) throw new Error('Connection is closed.');
      const stream = tls ? connectTls(node) : createConnection(node);
      stream.once('error', (error: Error) => {
        this.firstError = error;
      });
      this.stream = stream;
      return stream;
    }

    /** `disconnect` was called meanwhile. */
    private left(): boolean {
      return !this.connecting;
    }
  }
  return new Redis({
    ...loginOf(address),
    ...patient,
    Connector: SlotConnector,
    reconnectOnError: ({ message }) => {
      const moved = message.startsWith('MOVED');
      // A primary that the others have left behind does not say where the slot is now, but the others do.
      const cutOff = message.startsWith('CLUSTERDOWN');
      if (moved || cutOff) cluster.refreshSlotsCache();
      // The slot has moved while the node is well: connect to where it is now, and ask that one.
      return moved ? 2 : cutOff;
    },
  });
}

function ownerOf(cluster: Cluster, slot: number): { host: string; port: number } | undefined {
  const name = cluster.slots[slot]?.[0];
  if (name === undefined) return undefined;
  const colon = name.lastIndexOf(':');
  return { host: name.slice(0, colon), port: Number(name.slice(colon + 1)) };
}
