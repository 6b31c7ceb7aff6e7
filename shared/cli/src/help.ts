export const HELP = `tastetrend: restaurant review files in, proven-complete parquet and fairness reports out

  npm start [-- FILE…] [options]              set up, start a local pipeline, run files through it, stop it
  npm run -s tastetrend -- VERB [options]     the same command, for everything else

Verbs
  start [FILE…]    a local pipeline; without files, generated samples of four restaurants go through it
  upload FILE…     files into a pipeline that runs, followed until their reports are there
  status [KEY]     files by state, queues, metrics of the last day, failures; of a KEY its whole story, as explain
  stop             ends the pipeline that \`start --keep\` left running
  local FILE…      what the pipeline makes of files, made here without any AWS: the same outputs, under the same names
  dlq list|show|replay    the dead-letter queues: what lies in them, why, and sending it back
  process KEY      one file version of the raw bucket, sent again the way of an upload
  backfill         whatever lies in the raw bucket without a manifest, sent the way of an upload
  reconcile        finds what is missing behind the raw bucket (events, reports, current tables), and sends it again
  explain KEY      the whole story of a key's versions: where each is, why, and what it became
  rollup           counts the current tables by restaurant and month, anew, and copies the pages to read to DIR/pages
  audit            counts rows again from the bytes, and compares with the manifests
  inspect FILE…    what would be inferred of files, their counts and first bad rows; writes nothing

Options
  --keep           start: leave the pipeline running
  --env NAME       talk to a deployed environment, with AWS credentials, instead of a local pipeline
  --prefix P       put P before each file's name to make its key, e.g. 2026/11/
  --out DIR        where outputs are copied to (default: out)
  --timeout S      give up waiting for a file after so many seconds (default: 600)
  --seed N         start: the seed of the generated samples (default: 20261122)
  --time-factor N  start: divide all waits and timeouts of the pipeline by N (default: 5)
  --jobs N         local, inspect: work on N files at the same time, each in a process of its own (default: 1)
  --dry-run        dlq replay, process, backfill, reconcile: say what would be done, and do nothing
  --max-per-second N   dlq replay, backfill, reconcile: send no more than N messages a second
  --json           one JSON document on stdout; everything else goes to stderr
  -h, --help       this text; after a verb of the operator's (dlq, process, backfill, reconcile, explain, audit) all about it

A file that \`local\` reads is a file version of the bucket "local": its key is P and the file's name, its version
the SHA-256 of its bytes, its upload time the file's modification time. The same file gives the same bytes every time.

Environment
  AWS_ENDPOINT_URL   another AWS-compatible endpoint instead of the local AWS
  PYTHON             the Python (3.10 or newer) that the local AWS is installed for

Exit codes: 0 every file came through; 1 a file was rejected, failed its validation or could not be processed;
2 the command was used wrongly; 130 interrupted.
`;

/** For the operator's verbs: everything that one of them takes. */
export const VERB_HELP: Readonly<Record<string, string>> = {
  dlq: `tastetrend dlq: what could not be delivered or worked on

  dlq list   [NAME…]              how much lies in each dead-letter queue, what sends there, and how it is replayed
  dlq show   [NAME…] [--limit N]  each message: key, cause, how often it failed; leaves all as it is
  dlq replay [NAME…] [--only KEY-GLOB] [--max-per-second N] [--dry-run]
                                  sends messages back to the queue they were meant for

  NAME             a dead-letter queue, as \`dlq list\` has it; all of them when left out
  --only GLOB      only messages about raw keys that match: * is anything but /, ** anything, ? one character
  --max-per-second N
  --limit N        show: so many messages of a queue (default: 50)
  --dry-run        replay: count what would be sent, and send nothing
  --env NAME, --json

SQS's own redrive does the work where it can: for the DLQ of a queue, without --only, on an AWS that has it. Everywhere
else messages are sent one by one, and leave the DLQ only when their queue has them. Run twice or interrupted it does no
harm: a second delivery finds the work done. What fails again comes back to the DLQ, its failures kept; it is sent once
a run, not for ever.

Exit codes: 0 done; 1 something failed again, or AWS did; 2 used wrongly; 130 interrupted (what was not sent is still there).
`,
  process: `tastetrend process KEY: one file version, sent again the way of an upload

  --version ID     a version of the key; the current one when left out
  --dry-run        say which version it would be, and send nothing
  --timeout S      follow it for so many seconds (default: 600)
  --env NAME, --json

What is done already is not done again: its current table is settled and its completion event published anew, with the
same completion_id. An interruption ends the following; the version is worked on all the same.

Exit codes: 0 its reports are there; 1 it was rejected, failed or is not there; 2 used wrongly; 130 interrupted.
`,
  backfill: `tastetrend backfill: whatever lies in the raw bucket without a manifest

  --prefix P       only keys that begin with P
  --since T        only versions uploaded since: 2026-11-01, 2026-11-01T08:00:00Z, 36h, 7d
  --reprocess      also what was last done by an older transformVersion; shows count and cost, and sends only with --yes
  --yes            reprocess without being asked
  --max-per-second N
  --dry-run        count from the start, with cost, and send nothing
  --restart        from the start, and not from where an interrupted run got to
  --env NAME, --json

All versions of a key count, not the current one alone. How far it came lies in .local/backfill/ after each few hundred
versions: the same command, given again after an interruption, goes on there. Memory does not grow with the bucket.

Exit codes: 0 done; 1 it waits for --yes, or AWS failed; 2 used wrongly; 130 interrupted.
`,
  reconcile: `tastetrend reconcile: finds what is missing anywhere behind the raw bucket, and sends it again

  --prefix P       only keys that begin with P
  --older-than T   what is younger may still be on its way: 90s, 15min, 36h (default: 1h)
  --max-per-second N
  --dry-run        say what is missing, and send nothing
  --env NAME, --json

Missing is: a version without a manifest that no worker holds and that has no failure record, as after a lost event; a
manifest without its reports; a current table that is not of the newest good version. One way mends all: the version is
sent again, and its worker goes on from what is there. Dead letters are left to \`dlq replay\`, and named.

Exit codes: 0 nothing is left; 1 something is (dead, failing, in progress), or AWS failed; 2 used wrongly; 130 interrupted.
`,
  explain: `tastetrend explain KEY: the whole story of a key's file versions

  --version ID     only this one, also when the raw bucket has it no more
  --env NAME, --json

For each version: raw object, lease, manifest, promotion, completion event, reports, failures, dead letters. It only looks,
so there is nothing to --dry-run; dead letters are hidden from others for as long as it looks at them.

Exit codes: 0 there is a story; 1 nothing is known of the key, or AWS failed; 2 used wrongly; 130 interrupted.
`,
  audit: `tastetrend audit: counts again what the manifests say

  --prefix P       only raw keys that begin with P
  --env NAME, --json

Reads every output whole: checksum and size, the table's rows by decoding a column of the parquet, the lines of quarantine
and duplicates, their sum; that the reports are there; without --prefix also outputs that have no manifest after an hour.
It only reads, so there is nothing to --dry-run.

Exit codes: 0 all as the manifests say; 1 a difference, each named, or AWS failed; 2 used wrongly; 130 interrupted.
`,
};
