/** `stop`: ends the stack that `start --keep` left running. */
import { stopKeptStack } from '@tastetrend/local';
import type { Invocation } from '../invocation.ts';

export async function stop({ root, options }: Invocation): Promise<number> {
  const stopped = await stopKeptStack(root);
  if (options.json) process.stdout.write(`${JSON.stringify({ stopped })}\n`);
  else process.stdout.write(stopped ? 'Stopped.\n' : 'No stack is running; nothing to stop.\n');
  return 0;
}
