/** Wrong use of the command: exit code 2, nothing on stdout, and what to type instead. */
import { describe, expect, it } from 'vitest';
import { ACTED_ON, HOSTILE, put, tastetrend, testFolder } from './command.fixture.ts';

const folder = testFolder();
put(folder, 'reviews.csv', 'review_id\n1\n');
put(folder, 'elsewhere/reviews.csv', 'review_id\n2\n');
put(folder, 'taken/reviews.csv', 'a file where outputs would go');

describe('wrong use', () => {
  const cases: [what: string, args: string[], says: string][] = [
    ['an unknown verb', ['lokal'], 'There is no verb "lokal"'],
    ['a verb of every object', ['constructor'], 'There is no verb "constructor"'],
    ['an unknown option', ['local', 'reviews.csv', '--jops', '2'], "Unknown option '--jops'"],
    ['local without a file', ['local'], 'Which files?'],
    ['inspect without a file', ['inspect'], 'Which files?'],
    ['a missing file', ['local', 'reviews.csv', 'missing.csv'], 'There is no file missing.csv.'],
    ['a missing file for inspect', ['inspect', 'missing.csv'], 'There is no file missing.csv.'],
    ['standard input', ['local', '-'], 'standard input will not do'],
    ['a folder', ['local', 'elsewhere'], 'elsewhere is a folder. Name the files in it, for example elsewhere/*.csv.'],
    ['a device', ['inspect', '/dev/null'], '/dev/null is not a file'],
    ['two files with one key', ['local', 'reviews.csv', 'elsewhere/reviews.csv'], 'would both get the key reviews.csv'],
    ['a file where its outputs would go', ['local', 'reviews.csv', '--out', '.'], 'Name another folder with --out'],
    ['outputs in a file', ['local', 'reviews.csv', '--out', 'reviews.csv'], 'Name another folder with --out'],
    ['no job', ['local', 'reviews.csv', '--jobs', '0'], '--jobs must be a number of 1 or more, not 0'],
    ['half a job', ['local', 'reviews.csv', '--jobs', '1.5'], '--jobs must be a whole number'],
    ['no part of dlq', ['dlq'], 'list, show, replay'],
    ['an unknown dead-letter queue', ['dlq', 'show', 'reprot-dlq'], 'There is no dead-letter queue "reprot-dlq"'],
    ['--only for what takes none', ['dlq', 'show', '--only', '*'], '--only is for `dlq replay`'],
    ['process without a key', ['process'], 'Which key'],
    ['explain of two keys', ['explain', 'a', 'b'], 'Which key'],
    ['a backfill of files', ['backfill', 'reviews.csv'], '--prefix'],
    ['a time that is none', ['backfill', '--since', '2026-13-01'], '--since must be a time'],
    ['an age that is none', ['reconcile', '--older-than', 'an hour'], '--older-than must be a time'],
    ['no messages a second', ['dlq', 'replay', '--max-per-second', '0'], '--max-per-second must be'],
    ['jobs in words', ['inspect', 'reviews.csv', '--jobs', 'all'], '--jobs must be a number'],
  ];
  it.for(cases)('%s', async ([, args, says]) => {
    const ran = await tastetrend(folder, args);
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).toContain('--help');
    expect(ran.stderr).not.toMatch(/\n\s+at /);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
  });

  it('a hostile name is shown without what a terminal would act on', async () => {
    const ran = await tastetrend(folder, ['local', `${HOSTILE}.csv`]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(String.raw`There is no file a\u001b[31m\u0007`);
    expect(ran.stderr).not.toMatch(ACTED_ON);
  });

  it('so is a hostile option', async () => {
    const ran = await tastetrend(folder, ['local', `--${HOSTILE}`]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(String.raw`a\u001b[31m\u0007`);
    expect(ran.stderr).not.toMatch(ACTED_ON);
  });
});

describe('help', () => {
  it.for([[['--help']], [['help']], [[]], [['local', 'missing.csv', '-h']]])('%j', async ([args]) => {
    const { code, stdout, stderr } = await tastetrend(folder, args as string[]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const verbs = ['start', 'upload', 'status', 'stop', 'local', 'inspect'];
    for (const verb of [...verbs, 'dlq', 'process', 'backfill', 'reconcile', 'explain', 'audit']) {
      expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
    }
  });
});
