import type { InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, it } from 'vitest';
import { titanEmbedder } from './titan.ts';

/** Stands in for the one call that cannot be made here; its answer has the documented shape. */
function answering(embeddingOf: (text: string) => number[]) {
  const asked: InvokeModelCommand['input'][] = [];
  const send = async ({ input }: InvokeModelCommand) => {
    asked.push(input);
    const { inputText } = JSON.parse(String(input.body)) as { inputText: string };
    // Answers overtake each other.
    await new Promise((resolve) => setTimeout(resolve, inputText.length % 3));
    const embedding = embeddingOf(inputText);
    return { body: Buffer.from(JSON.stringify({ embedding, inputTextTokenCount: 2, embeddingsByType: {} })) };
  };
  return { asked, embedder: titanEmbedder({ send } as unknown as Parameters<typeof titanEmbedder>[0]) };
}

describe('titanEmbedder', () => {
  it('asks as documented, once a text, and answers in the order of the texts', async () => {
    const texts = Array.from({ length: 20 }, (_, at) => 'x'.repeat(at + 1));
    const { asked, embedder } = answering((text) =>
      Array.from({ length: 512 }, (_, at) => (at === text.length ? 3 : 0)),
    );
    const vectors = await embedder.embed(texts);
    expect(vectors.map((vector) => vector.indexOf(1))).toEqual(texts.map(({ length }) => length));
    expect(asked).toHaveLength(20);
    expect(asked[0]).toMatchObject({ modelId: 'amazon.titan-embed-text-v2:0', contentType: 'application/json' });
    expect(JSON.parse(String(asked[0]?.body))).toEqual({
      inputText: 'x',
      dimensions: 512,
      normalize: true,
      embeddingTypes: ['float'],
    });
  });

  it('refuses an answer of other dimensions', async () => {
    const { embedder } = answering(() => [1, 2, 3]);
    await expect(embedder.embed(['a'])).rejects.toThrow(/512 numbers/);
  });
});
