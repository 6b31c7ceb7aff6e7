/**
 * Amazon Titan Text Embeddings V2 on Bedrock. Written after its documented request and response and tested against a
 * stand-in for the call; it has not been run against Bedrock. Source: Amazon Bedrock User Guide, "Amazon Titan Embeddings
 * G1 - Text", V2 request and response. It takes one text a request.
 */
import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { type Embedder, ofLengthOne } from './embedder.ts';

const MODEL = 'amazon.titan-embed-text-v2:0';
/** Of 1,024, 512 and 256 that the model gives. */
const DIMENSIONS = 512;
/** Requests in flight: Bedrock throttles by requests a minute, and the SDK waits and asks again. */
const IN_FLIGHT_MAX = 8;

/** Bedrock answered, and not with a vector of the dimensions that were asked for. */
class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
}

export function titanEmbedder(client: Pick<BedrockRuntimeClient, 'send'> = new BedrockRuntimeClient({})): Embedder {
  return {
    name: `titan-v2-${DIMENSIONS}`,
    dimensions: DIMENSIONS,
    async embed(texts) {
      const vectors: Float32Array[] = [];
      const waiting = texts.entries();
      const work = async () => {
        for (const [at, text] of waiting) vectors[at] = await embedOne(client, text);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT_MAX }, work));
      return vectors;
    },
    close: async () => {},
  };
}

async function embedOne(client: Pick<BedrockRuntimeClient, 'send'>, text: string): Promise<Float32Array> {
  const answer = await client.send(
    new InvokeModelCommand({
      modelId: MODEL,
      contentType: 'application/json',
      accept: 'application/json',
      body: JSON.stringify({ inputText: text, dimensions: DIMENSIONS, normalize: true, embeddingTypes: ['float'] }),
    }),
  );
  const { embedding } = JSON.parse(Buffer.from(answer.body).toString('utf8')) as { embedding?: unknown };
  if (!Array.isArray(embedding) || embedding.length !== DIMENSIONS || !embedding.every(Number.isFinite)) {
    throw new UnexpectedAnswerError(`${MODEL} did not answer with ${DIMENSIONS} numbers`);
  }
  return ofLengthOne(embedding as number[]);
}
