// npm run -s cost -- [--rows-per-file N] [--json] [--help]: the cost of a million reviews; see docs/cost.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fileCost, measuredAt, perMillion, storageOf, sumOf } from './cost-model.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** USD a million reviews, with files of so many rows. */
const GOALS = { rows: 10_000, to_completion: 0.005, whole: 0.015 };
const HELP = `npm run -s cost -- [options]: USD a million reviews, by list prices (docs/cost.md)

  --rows-per-file N  one size, between those measured; all that were measured when not given
  --json             for programs
  --help             this`;

const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/**
 * @typedef {object} SizeCost
 * @property {number} rows_per_file
 * @property {number} raw_bytes
 * @property {number} usd_a_file
 * @property {ReturnType<typeof perMillion>} usd_a_million
 * @property {{ gb: number, usd_month: number }} storage_a_million
 * @property {ReturnType<typeof fileCost>} stages
 */

/**
 * @param {number | undefined} rows of a file; every size that was measured when undefined
 * @returns {{ as_of: string, region: string, costs: SizeCost[] }}
 */
export function costOf(rows) {
  const { as_of, region, usd } = readJson('docs/cost-prices.json');
  const { assumed, by_rows: byRows } = readJson('docs/cost-measured.json');
  const { functions } = readJson('shared/contracts/pipeline.json');
  const sizes = rows === undefined ? byRows : [measuredAt(rows, byRows)];
  const costs = sizes.map((measured) => {
    const stages = fileCost(measured, assumed, usd, functions);
    const file = sumOf(Object.values(stages).map(sumOf));
    const million = perMillion(stages, measured.rows);
    const { rows: rows_per_file, raw_bytes } = measured;
    return {
      rows_per_file,
      raw_bytes,
      usd_a_file: file,
      usd_a_million: million,
      storage_a_million: storageOf(measured, usd),
      stages,
    };
  });
  return { as_of, region, costs };
}

const usd = (value) => value.toFixed(5).padStart(9);
const percent = (part, whole) => `${Math.round((100 * part) / whole)} %`.padStart(5);

function printed({ as_of, region, costs }) {
  const lines = [`List prices of ${as_of}, ${region}. USD a million reviews.`, ''];
  lines.push('  rows a file  to completion     report   hand-off      whole  GB stored  USD/month');
  for (const { rows_per_file, usd_a_million: million, storage_a_million: storage } of costs) {
    const { transform, report, handoff } = million.by_stage;
    const columns = [usd(transform).padStart(15), usd(report), usd(handoff), usd(million.whole)].join('  ');
    const stored = `${storage.gb.toFixed(2).padStart(9)}  ${storage.usd_month.toFixed(4).padStart(9)}`;
    lines.push(`  ${String(rows_per_file).padStart(11)}${columns}  ${stored}`);
  }
  for (const cost of costs) lines.push('', ...itemLines(cost), ...goalLines(cost));
  return lines.join('\n');
}

function itemLines({ rows_per_file, usd_a_million: { whole }, stages }) {
  const files = 1_000_000 / rows_per_file;
  const items = Object.keys(stages.transform).map((item) => {
    const of = Object.values(stages).map((stage) => stage[item] * files);
    return { item, of, sum: sumOf(of) };
  });
  return [
    `${rows_per_file} rows a file   transform     report   hand-off       sum`,
    ...items
      .sort((a, b) => b.sum - a.sum)
      .map(({ item, of, sum }) => `  ${item.padEnd(16)} ${of.map(usd).join('  ')} ${usd(sum)} ${percent(sum, whole)}`),
  ];
}

function goalLines({ rows_per_file, usd_a_million: million }) {
  if (rows_per_file !== GOALS.rows) return [];
  return ['to_completion', 'whole'].map((goal) => {
    const verdict = million[goal] <= GOALS[goal] ? 'reached' : 'NOT REACHED';
    return `  ${verdict}: ${goal} ${million[goal].toFixed(5)}, goal at most ${GOALS[goal]}`;
  });
}

function main() {
  let values;
  try {
    ({ values } = parseArgs({
      options: { 'rows-per-file': { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    }));
    if (values.help) return console.log(HELP);
    const rows = values['rows-per-file'];
    if (rows !== undefined && !/^[1-9]\d*$/.test(rows)) throw new RangeError('--rows-per-file: a whole number');
    const found = costOf(rows === undefined ? undefined : Number(rows));
    console.log(values.json ? JSON.stringify(found, null, 2) : printed(found));
  } catch (error) {
    if (!(error instanceof RangeError) && !error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    console.error(`${error.message}\n\n${HELP}`);
    process.exitCode = 2;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
