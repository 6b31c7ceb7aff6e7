export const HELP = `tastetrend: restaurant review files in, proven-complete parquet and fairness reports out

  npm start [-- FILE…] [options]              set up, start a local pipeline, run files through it, stop it
  npm run -s tastetrend -- VERB [options]     the same command, for everything else

Verbs
  start [FILE…]    a local pipeline; without files, generated samples of four restaurants go through it
  upload FILE…     files into a pipeline that runs, followed until their reports are there
  status           queues, metrics of the last day, failures
  stop             ends the pipeline that \`start --keep\` left running
  local FILE…      what the pipeline makes of files, made here without any AWS: the same outputs, under the same names
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
  --json           one JSON document on stdout; everything else goes to stderr
  -h, --help       this text

A file that \`local\` reads is a file version of the bucket "local": its key is P and the file's name, its version
the SHA-256 of its bytes, its upload time the file's modification time. The same file gives the same bytes every time.

Environment
  AWS_ENDPOINT_URL   another AWS-compatible endpoint instead of the local AWS
  PYTHON             the Python (3.10 or newer) that the local AWS is installed for

Exit codes: 0 every file came through; 1 a file was rejected, failed its validation or could not be processed;
2 the command was used wrongly; 130 interrupted.
`;
