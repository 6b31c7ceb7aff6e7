"""duckdb_etl.py RAW OUT: the job of README.md in DuckDB's SQL, file by file, on one thread."""

import json
import os
import sys

import duckdb
from rules import *  # noqa: F403


def words(mapping, value):
    cases = " ".join(f"when '{word}' then '{norm}'" for word, norm in mapping.items())
    return f"case {value} {cases} end"


def cell(name):
    return f"nullif(trim({name}, ' \t\r\n'), '')"


def amount(name, type_="double"):
    number = f"try_cast(try_cast({cell(name)} as double) as {type_})"
    return f"case when {number} >= 0 then {number} end"


def rows_sql(path, header, scale):
    """The rows that are rows, cleaned."""
    uploaded = {column: next(h for h in header if h in headers) for column, headers in SYNONYMS.items()}
    day = f"left({cell(uploaded['review_date'])}, 10)"
    raw = cell(uploaded["rating_raw"])
    id_ = cell(uploaded["review_id"])
    missing = ", ".join(f"'{word}'" for word in WORDS_FOR_MISSING)
    return f"""
      with uploaded as (
        select row_number() over () as row, *
        from read_csv('{path}', all_varchar=true, header=true, delim=',', quote='"', escape='"', parallel=false,
                      store_rejects=true, rejects_limit=0, strict_mode=true, max_line_size=20000000)
      ), cleaned as (
        select row,
          case when lower({id_}) not in ({missing}) then {id_} end as whole_id,
          nullif(regexp_replace({cell(uploaded["customer_name"])}, '^(guest|client)_\\s*', '', 'i'), '') as customer_name,
          coalesce(try_strptime({day}, '%Y-%m-%d'), try_strptime({day}, '%d.%m.%Y'), try_strptime({day}, '%m/%d/%Y'))::date
            as review_date,
          {raw} as rating_raw,
          {scale}::integer as rating_scale,
          coalesce(case when regexp_full_match({raw}, '⭐+') then length({raw})::double end,
            try_cast({raw} as double) / {scale} * 5) as rating,
          replace({cell(uploaded["review_text"])}, '\r\n', '\n') as review_text,
          {cell(uploaded["location"])} as location,
          {cell(uploaded["restaurant_name"])} as restaurant_name,
          {amount("total_spent")} as total_spent, {amount("tip_amount")} as tip_amount,
          {amount("tip_percentage")} as tip_percentage, {amount("party_size", "integer")} as party_size,
          {cell("age_range")} as age_range, {cell("gender")} as gender, {cell("ethnicity")} as ethnicity
        from uploaded
      )
      select row, regexp_replace(whole_id, '(_copy|_dup)$', '') as review_id,
        nullif(regexp_extract(whole_id, '_(copy|dup)$', 1), '') as id_suffix,
        * exclude (row, whole_id, rating),
        case when rating > 0 and rating <= 5 then rating end as rating_1_5,
        {words(GENDERS, "lower(gender)")} as gender_norm,
        {words(ETHNICITIES, "lower(ethnicity)")} as ethnicity_norm,
        {words(AGE_GROUPS, "age_range")} as age_group
      from cleaned"""


def duplicates_sql():
    """row, rule, repeats_row: only rows that share their visit with another are looked at."""
    visit = ", ".join(VISIT)
    same_visit = " and ".join(f"rows.{c} is not distinct from shared.{c}" for c in VISIT)
    whole = """review_id, customer_name, review_date, rating_1_5, review_text, location, restaurant_name, total_spent,
      tip_amount, tip_percentage, party_size, age_range, gender_norm, ethnicity_norm"""
    return f"""
      with shared as (
        select {visit}, coalesce(min(row) filter (id_suffix is null), min(row)) as head
        from rows group by all having count(*) > 1
      ), suspects as (
        select rows.*, head, id_suffix is not null and rows.review_id is not null and row <> head as is_copy
        from rows join shared on {same_visit}
      ), exact as (
        select row, min(row) over (partition by {whole}) as first_row
        from suspects
        where not is_copy and (review_id is not null or customer_name is not null or review_text is not null)
      )
      select row, 'copy' as rule, head as repeats_row from suspects where is_copy
      union all select row, 'exact', first_row from exact where row <> first_row
      order by row"""


def table_sql(source_file):
    filled_total = "coalesce(total_spent, case when tip_percentage > 0 then tip_amount / tip_percentage * 100 end)"
    filled_percentage = "coalesce(tip_percentage, case when total_spent > 0 then tip_amount / total_spent * 100 end)"
    return f"""
      with conflicts as (
        select review_id from rows anti join duplicates using (row) group by review_id having count(*) > 1
      )
      select rows.* exclude (row) replace ({filled_total} as total_spent,
          least({filled_percentage}, {TIP_PERCENTAGE_MAX}) as tip_percentage),
        ln(1 + {filled_total}) as log_total_spent,
        length(review_text)::integer as review_length,
        review_id in (from conflicts) and review_id is not null as id_conflict,
        '{source_file}' as source_file, '{SOURCE_VERSION}' as source_version,
        timestamp_ms '{UPLOADED_AT}' as uploaded_at
      from rows anti join duplicates using (row)"""


def transform(db, path, out):
    name = os.path.basename(path)
    header, scale = header_of(path)
    target = os.path.join(out, name)
    for table in ("rows", "duplicates", "cleaned", "reject_errors", "reject_scans"):
        db.execute(f"drop table if exists {table}")
    one = lambda sql: db.execute(sql).fetchone()[0]  # noqa: E731
    db.execute(f"create temp table rows as {rows_sql(path, header, scale)}")
    db.execute(f"copy (select line, error_type, csv_line from reject_errors) to '{target}.quarantine.jsonl' (format json)")
    db.execute(f"create temp table duplicates as {duplicates_sql()}")
    db.execute(f"copy duplicates to '{target}.duplicates.jsonl' (format json)")
    db.execute(f"create temp table cleaned as {table_sql(name)}")
    db.execute(f"copy cleaned to '{target}.parquet' (format parquet, compression zstd, compression_level 3, row_group_size 122880)")
    columns = [row[0] for row in db.execute("describe cleaned").fetchall()]
    quarantined = one("select count(distinct line) from reject_errors")
    measures = "count(*), avg(rating_1_5), count(*) filter (rating_1_5 >= 4)"
    return {
        "read": one("select count(*) from rows") + quarantined,
        "accepted": one("select count(*) from cleaned"),
        "duplicates": one("select count(*) from duplicates"),
        "quarantined": quarantined,
        "conflicts": one("select count(*) filter (id_conflict) from cleaned"),
        "missing": dict(zip(columns, db.execute("select count(*) - count(columns(*)) from cleaned").fetchone())),
        "groups": {
            g: db.execute(f"select {g}, {measures} from cleaned group by 1").fetchall()
            for g in ("gender_norm", "ethnicity_norm", "age_group")
        },
    }


raw_folder, out_folder = sys.argv[1:3]
os.makedirs(out_folder, exist_ok=True)
database = duckdb.connect()
database.execute("set threads=1; set preserve_insertion_order=true")
report = {os.path.basename(path): transform(database, path, out_folder) for path in review_files(raw_folder)}
with open(os.path.join(out_folder, "report.json"), "w", encoding="utf-8") as file:
    json.dump(report, file, indent=1)
