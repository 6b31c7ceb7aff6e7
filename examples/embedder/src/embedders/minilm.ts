/** all-MiniLM-L6-v2, run by ../../python/minilm.py in its own Python environment (tools/python/embedder.txt, 105 MB). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Embedder, ofLengthOne } from './embedder.ts';

const SCRIPT = fileURLToPath(new URL('../../python/minilm.py', import.meta.url));
const SETUP = new URL('../../../../scripts/setup.mjs', import.meta.url);
const STDERR_CHARS_KEPT = 2_000;

/** The model's process ended, or did not start; its text says what it said last. */
class ModelEndedError extends Error {
  override readonly name = 'ModelEndedError';
}

/** @throws scripts/setup.mjs's SetupError where there is no Python, or its packages cannot be installed */
export async function miniLmEmbedder(): Promise<Embedder> {
  const { ensureVenv } = (await import(SETUP.href)) as { ensureVenv(name: string): Promise<string> };
  const python = await ensureVenv('embedder');
  const child = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-STDERR_CHARS_KEPT);
  });
  // What is written to a process that has died fails here; its death is noticed by the missing answer.
  child.stdin.on('error', () => {});
  const ended = once(child, 'close');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (texts: readonly string[]) => {
    child.stdin.write(`${JSON.stringify({ texts })}\n`);
    const answer = await answers.next();
    if (answer.done === true) throw new ModelEndedError(`the model's process ended: ${said.trim()}`);
    const { vectors } = JSON.parse(answer.value) as { vectors: number[][] };
    return vectors.map(ofLengthOne);
  };
  return {
    name: 'all-minilm-l6-v2',
    dimensions: 384,
    embed(texts) {
      // One question at a time: answers come in the order of the questions.
      const answer = last.then(() => (texts.length === 0 ? [] : ask(texts)));
      last = answer.catch(() => {});
      return answer;
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
