import { afterEach, describe, expect, it, vi } from 'vitest';
import { handler } from './handler.ts';

describe('handler', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('reads the environment at its first batch, and names every variable that is missing', async () => {
    for (const name of ['PROCESSED_BUCKET', 'TABLE_NAME', 'QUEUE_URL']) vi.stubEnv(name, '');

    const batch = handler({ Records: [] }, { getRemainingTimeInMillis: () => 60_000 });
    await expect(batch).rejects.toThrow(/PROCESSED_BUCKET is not set.*TABLE_NAME is not set.*QUEUE_URL is not set/);
  });
});
