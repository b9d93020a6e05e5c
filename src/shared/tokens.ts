/** Injection token of the keys that the secrets yield. */
export const KEYRING = Symbol('keyring');
/** Injection token of the process's logger (pino). */
export const LOGGER = Symbol('logger');
