import { ExitCode } from './exit-code.js';

/** Ends the process. @param reasons a line for each wrong setting, without its value where that may be a secret */
export function refuseToStart(reasons: string): never {
  process.stderr.write(`Passlane cannot start. Please correct:\n${reasons.replace(/^/gm, '  ')}\n`);
  process.exit(ExitCode.failed);
}
