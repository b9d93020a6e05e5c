import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import type { Door } from './door.js';
import { geniq } from './geniq/geniq.module.js';
import { bics, qikberry } from './qikberry/qikberry.module.js';

/** All doors there are: a new one joins with a folder, a line here, and its name in the configuration. */
const doors: readonly Door[] = [qikberry, bics, geniq];

export const openDoors = ({ doors: open }: Pick<Config, 'doors'>): Door[] => doors.filter(({ name }) => open[name]);

/** The doors that are switched on. Of the others there is nothing: no route, no documentation, no error of their own. */
@Module({})
export class DoorsModule {
  static forRoot(config: Config): DynamicModule {
    return { module: DoorsModule, imports: openDoors(config).map(({ module }) => module) };
  }
}
