/** npm run -w examples/embedder query -- [--embedder minilm|hashing|titan] [--store FILE] [--count 5] "a question" */
import { openStore, parse } from './arguments.ts';

const args = parse(process.argv.slice(2));
const question = args.words.join(' ').trim();
if (question === '') {
  process.stderr.write('What do you want to know? npm run -w examples/embedder query -- "was the service slow?"\n');
  process.exit(2);
}
const { embedder, store } = await openStore(args);
try {
  const [vector] = await embedder.embed([question]);
  const found = vector === undefined ? [] : store.search(vector, args.count);
  if (found.length === 0)
    process.stdout.write('Nothing is in the store yet: run `npm run -w examples/embedder consume`.\n');
  for (const { text, similarity, reviews } of found) {
    const [first] = reviews;
    const { restaurant = 'unknown restaurant', review_date = 'no date', rating, source } = first?.metadata ?? {};
    const stars = rating === undefined ? 'no rating' : `${rating} of 5`;
    const more = reviews.length > 1 ? `, and ${reviews.length - 1} more with the same text` : '';
    // Texts and keys are other people's: nothing in them may steer the terminal.
    process.stdout.write(
      `${similarity.toFixed(3)}  ${printable(restaurant)}, ${review_date}, ${stars} (${printable(source ?? '')}${more})\n` +
        `       ${printable(text)}\n\n`,
    );
  }
} finally {
  store.close();
  await embedder.close();
}

function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
}
