export function startPrivateRedis(
  server: string,
  directory: string,
  more?: Record<string, string | number>,
): Promise<{ url: string; stop: () => Promise<void> }>;
