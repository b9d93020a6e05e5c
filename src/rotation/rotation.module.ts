import { Module } from '@nestjs/common';
import { GuardModule } from '../guard/guard.module.js';
import { StoreModule } from '../store/store.module.js';
import { Rewriting } from './rewriting.js';

/** What a process does by itself while `PASSLANE_SECRET` rotates. */
@Module({ imports: [StoreModule, GuardModule], providers: [Rewriting] })
export class RotationModule {}
