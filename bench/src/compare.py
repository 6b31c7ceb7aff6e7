"""compare.py THEIRS OURS: how many rows of each table the other has not, in the columns that nobody recovers from copies."""

import json
import sys

import duckdb

COLUMNS = """review_id review_date review_text location restaurant_name tip_amount tip_percentage party_size age_range
  gender ethnicity gender_norm ethnicity_norm age_group review_length""".split()
# As text, whatever the width of a number; sums of different order may differ in the last bits.
ROUNDED = ("tip_amount", "tip_percentage")
chosen = ", ".join(f"round({c}, 6)" if c in ROUNDED else f"{c}::varchar" for c in COLUMNS)

theirs, ours = (f"select {chosen} from read_parquet('{path}')" for path in sys.argv[1:3])
database = duckdb.connect()
database.execute("set threads=1")
# ALL: a row that is there twice has to be there twice.
only = lambda a, b: database.execute(f"select count(*) from ({a} except all {b})").fetchone()[0]  # noqa: E731
print(json.dumps({"only_theirs": only(theirs, ours), "only_ours": only(ours, theirs)}))
