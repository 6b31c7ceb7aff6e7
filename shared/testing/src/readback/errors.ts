/** There is no Python with pyarrow and DuckDB: a test that needs one may skip, printing this message. */
export class ReaderUnavailable extends Error {
  override readonly name = 'ReaderUnavailable';
}

/** A reader refused the file or the filter; the message is the reader's own. */
export class UnreadableParquet extends Error {
  override readonly name = 'UnreadableParquet';
}

/** The readers' process did not answer in time and was killed; the next read needs new readers. */
export class ReadbackTimeout extends Error {
  override readonly name = 'ReadbackTimeout';
}

/** The readers' process ended while it was asked, or had been closed; the message holds the end of its stderr. */
export class ReadbackEnded extends Error {
  override readonly name = 'ReadbackEnded';
}
