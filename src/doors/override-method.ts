import type { Door } from './door.js';

const VERBS = new Set(['GET', 'POST', 'PUT', 'DELETE']);

interface RawRequest {
  url?: string;
  method?: string;
}

/**
 * Gives a request the verb that its query names (`_method=DELETE`), where the door has that. Before routing, because the
 * verb chooses the route; the address stays as it is.
 */
export function overrideMethod(doors: readonly Door[]): (request: RawRequest) => string {
  const prefixes = doors.filter(({ overridesMethod }) => overridesMethod).map(({ face }) => face.prefix);
  return (request) => {
    const { url = '/' } = request;
    if (prefixes.some((prefix) => url.startsWith(prefix)) && url.includes('_method=')) {
      const verb = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('_method')?.toUpperCase();
      if (verb !== undefined && VERBS.has(verb)) request.method = verb;
    }
    return url;
  };
}
