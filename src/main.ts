import { ExitCode } from './process/exit-code.js';
import { endWhenTold } from './process/told-to-stop.js';

// All else is loaded later, as that takes a second in which somebody may want it to end.
const leaveIt = endWhenTold(process, (signal) => process.exit(ExitCode.told(signal)));
const { run } = await import('./process/run.js');
process.exit(await run(leaveIt));
