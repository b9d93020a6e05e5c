import { Problem, validationFailed } from './problem.js';

/** Passes on what a call answers; where it names a field, with the name that the field has here. */
export async function renamed<T>(call: () => Promise<T>, nameOf: (field: string) => string): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Problem) || error.extra.errors === undefined) throw error;
    throw validationFailed(error.extra.errors.map(({ field, message }) => ({ field: nameOf(field), message })));
  }
}
