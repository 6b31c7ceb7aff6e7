#!/usr/bin/env bash
# The gate before a promotion: quality-gate.sh ENV sends the sample set through a deployed environment. It passes when every
# file came through with manifest, validation and bias summary, none says `fail`, and every row is accounted for. `local`
# tries the gate itself, on the local stack.
set -euo pipefail
cd "$(dirname "$0")/.."
result=$(mktemp)
trap 'rm -f "$result"' EXIT
target=(--env "$1" --prefix quality-gate/)
if [ "$1" = local ]; then target=(); fi
npm run -s start -- ${target[@]+"${target[@]}"} --out .local/quality-gate --json > "$result"
node - "$result" <<'JS'
const { files, failed } = JSON.parse(require('node:fs').readFileSync(process.argv[2], 'utf8'));
const wrong = files.filter(({ status, counts }) => status === 'fail' || !counts ||
  counts.rows_read !== counts.accepted + counts.duplicates + counts.quarantined);
for (const { key, status } of files) console.log(`${key}: ${status}`);
if (failed > 0 || wrong.length > 0 || files.length === 0) {
  console.error(`the quality gate is closed: ${failed} failed, ${wrong.map(({ key }) => key).join(', ')}`);
  process.exitCode = 1;
}
JS
