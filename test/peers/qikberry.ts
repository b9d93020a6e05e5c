import { peerOf } from './qikberry-vendor.js';

export const peer = peerOf({ dlt: true, rcs: true }, 'T');
