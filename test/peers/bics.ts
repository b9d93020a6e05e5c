import { peerOf } from './qikberry-vendor.js';

export const peer = peerOf({ dlt: false, rcs: false }, 'ENT');
