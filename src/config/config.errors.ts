/** One wrong setting. The message never holds the value: it may be a secret. */
export interface SettingError {
  readonly setting: string;
  readonly message: string;
}

/** Ends the start: one line for each wrong setting. */
export class ConfigError extends Error {
  constructor(readonly errors: readonly SettingError[]) {
    super(errors.map(({ setting, message }) => `${setting}: ${message}`).join('\n'));
  }
}
