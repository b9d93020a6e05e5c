import { Module } from '@nestjs/common';
import { StoreModule } from '../../store/store.module.js';
import { GuardModule } from '../guard.module.js';
import { BlockService } from './block.service.js';
import { BlocksController } from './blocks.controller.js';
import { LimitService } from './limit.service.js';
import { ListService } from './list.service.js';
import { ListsController } from './lists.controller.js';
import { RuleBook } from './rule-book.js';
import { RuleService } from './rule.service.js';
import { RulesController } from './rules.controller.js';

/** What people say about the guard, and see of it. */
@Module({
  imports: [GuardModule, StoreModule],
  controllers: [BlocksController, ListsController, RulesController],
  providers: [BlockService, LimitService, ListService, RuleBook, RuleService],
})
export class GuardApiModule {}
