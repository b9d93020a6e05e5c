import { Module } from '@nestjs/common';
import type { Door } from '../door.js';
import { faceOf } from './face.js';

@Module({})
class QikberryModule {}

@Module({})
class BicsModule {}

/** One platform under two brands; BICS has neither profiles nor RCS. */
export const qikberry: Door = {
  name: 'qikberry',
  module: QikberryModule,
  face: faceOf('/qikberry/'),
  overridesMethod: true,
};
export const bics: Door = { name: 'bics', module: BicsModule, face: faceOf('/bics/'), overridesMethod: true };
