import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedder } from './embedder.ts';
import { miniLmEmbedder } from './minilm.ts';

async function opened(): Promise<Embedder | undefined> {
  try {
    return await miniLmEmbedder();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'SetupError')) throw error;
    process.stdout.write(`SKIPPED all-MiniLM-L6-v2: ${error.message.split('\n')[0]}\n`);
    return undefined;
  }
}

const embedder = await opened();

describe.runIf(embedder !== undefined)('all-MiniLM-L6-v2', () => {
  let model: Embedder;
  beforeAll(() => {
    model = embedder as Embedder;
  });
  afterAll(async () => {
    await embedder?.close();
  });

  const similar = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

  it('is as similar as its publisher shows it: our forward pass is the model’s', async () => {
    // Source: the example of sentence similarity that the model's card shows, in three decimals.
    const texts = ['That is a happy dog', 'That is a very happy person', 'Today is a sunny day'];
    const [person, ...others] = await model.embed(['That is a happy person', ...texts]);
    const similarities = others.map((other) => Number(similar(person as Float32Array, other).toFixed(3)));
    expect(similarities).toEqual([0.695, 0.943, 0.257]);
  });

  it('finds what is meant in other words', async () => {
    const reviews = ['The waiter ignored us for ages.', 'Best tiramisu I ever had.', 'Parking is a nightmare there.'];
    const [question, ...vectors] = await model.embed(['slow service', ...reviews]);
    const similarities = vectors.map((vector) => similar(question as Float32Array, vector));
    expect(similarities.indexOf(Math.max(...similarities))).toBe(0);
  });

  it('gives a text the same vector alone and among longer ones, and answers questions in their order', async () => {
    const long = 'A long evening with many courses. '.repeat(40);
    const [alone, among] = await Promise.all([model.embed(['Cold soup.']), model.embed([long, 'Cold soup.'])]);
    expect(similar(alone[0] as Float32Array, among[1] as Float32Array)).toBeGreaterThan(0.99999);
    expect(await model.embed([])).toEqual([]);
  });
});
