"""polars_etl.py RAW OUT: the job of README.md in polars, file by file.

Its known leak: a row with too few fields cannot be told from one whose last fields are empty, nor a row with too many
from a good one when all that is too many is empty. Such rows get into the table.
"""

import json
import os
import sys
from datetime import datetime

import polars as pl
from rules import *  # noqa: F403

ENGINE = os.environ.get("PL_ENGINE", "in-memory")
SURPLUS = ["surplus_1", "surplus_2", "surplus_3"]


def text(name):
    stripped = pl.col(name).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def amount(name):
    number = pl.col(name).str.strip_chars().cast(pl.Float64, strict=False)
    return pl.when(number >= 0).then(number)


def normed(name, words):
    return text(name).str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String)


def read(path, header):
    schema = {name: pl.String for name in [RENAMED.get(h, h) for h in header] + SURPLUS}
    rows = pl.scan_csv(path, has_header=False, skip_rows=1, infer_schema=False, schema=schema, missing_columns="insert")
    return rows.with_columns(
        is_ragged=pl.any_horizontal((pl.col(c) != "").fill_null(False) for c in SURPLUS)
    ).with_row_index("row")


def clean(rows, scale):
    day = pl.col("review_date").str.strip_chars().str.slice(0, 10)
    raw = text("rating_raw")
    stars = pl.when(raw.str.contains("^⭐+$")).then(raw.str.len_chars().cast(pl.Float64))
    rating = pl.coalesce(stars, raw.cast(pl.Float64, strict=False) / scale * 5)
    id_ = text("review_id")
    return (
        rows.select(
            "row",
            pl.when(~id_.str.to_lowercase().is_in(WORDS_FOR_MISSING)).then(id_).alias("review_id"),
            text("customer_name").str.replace(r"^(?i:guest|client)_\s*", "").alias("customer_name"),
            pl.coalesce(day.str.to_date(f, strict=False) for f in ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y")).alias(
                "review_date"
            ),
            raw.alias("rating_raw"),
            pl.lit(scale, dtype=pl.Int32).alias("rating_scale"),
            pl.when((rating > 0) & (rating <= 5)).then(rating).alias("rating_1_5"),
            text("review_text").str.replace_all("\r\n", "\n", literal=True).alias("review_text"),
            text("location").alias("location"),
            text("restaurant_name").alias("restaurant_name"),
            amount("total_spent").alias("total_spent"),
            amount("tip_amount").alias("tip_amount"),
            amount("tip_percentage").alias("tip_percentage"),
            amount("party_size").cast(pl.Int32, strict=False).alias("party_size"),
            text("age_range").alias("age_range"),
            text("gender").alias("gender"),
            text("ethnicity").alias("ethnicity"),
            normed("gender", GENDERS).alias("gender_norm"),
            normed("ethnicity", ETHNICITIES).alias("ethnicity_norm"),
            text("age_range").replace_strict(AGE_GROUPS, default=None, return_dtype=pl.String).alias("age_group"),
        )
        .with_columns(
            pl.col("review_id").str.replace("_(copy|dup)$", ""),
            id_suffix=pl.col("review_id").str.extract("_(copy|dup)$", 1),
        )
        .collect(engine=ENGINE)
    )


def duplicates_of(df):
    """row, rule, repeats_row: only rows that share their visit with another are looked at."""
    suspects = df.filter(~df.select(VISIT).is_unique()).with_columns(is_suffixed=pl.col("id_suffix").is_not_null())
    originals = pl.col("row").filter(~pl.col("is_suffixed")).first()
    suspects = suspects.with_columns(head=pl.coalesce(originals, pl.col("row").first()).over(VISIT))
    is_copy = pl.col("is_suffixed") & pl.col("review_id").is_not_null() & (pl.col("row") != pl.col("head"))
    copies = suspects.filter(is_copy).select("row", pl.lit("copy").alias("rule"), pl.col("head").alias("repeats_row"))
    whole = [c for c in df.columns if c not in ("row", "id_suffix", "gender", "ethnicity", "rating_raw")]
    exact = (
        suspects.filter(~is_copy & pl.any_horizontal(pl.col("review_id", "customer_name", "review_text").is_not_null()))
        .with_columns(head=pl.col("row").first().over(whole))
        .filter(pl.col("row") != pl.col("head"))
        .select("row", pl.lit("exact").alias("rule"), pl.col("head").alias("repeats_row"))
    )
    return pl.concat([copies, exact]).sort("row")


def derive(df, source_file):
    total, tip, percentage = pl.col("total_spent"), pl.col("tip_amount"), pl.col("tip_percentage")
    filled_total = pl.coalesce(total, pl.when(percentage > 0).then(tip / percentage * 100))
    filled_percentage = pl.coalesce(percentage, pl.when(total > 0).then(tip / total * 100))
    return (
        df.lazy()
        .with_columns(total_spent=filled_total, tip_percentage=filled_percentage.clip(upper_bound=TIP_PERCENTAGE_MAX))
        .with_columns(
            log_total_spent=pl.col("total_spent").log1p(),
            review_length=pl.col("review_text").str.len_chars().cast(pl.Int32),
            id_conflict=pl.col("review_id").is_duplicated() & pl.col("review_id").is_not_null(),
            source_file=pl.lit(source_file),
            source_version=pl.lit(SOURCE_VERSION),
            uploaded_at=pl.lit(datetime.fromisoformat(UPLOADED_AT), dtype=pl.Datetime("ms")),
        )
        .drop("row")
        .collect(engine=ENGINE)
    )


def transform(path, out):
    name = os.path.basename(path)
    header, scale = header_of(path)
    raw = read(path, header).collect(engine=ENGINE)
    quarantined = raw.filter("is_ragged")
    quarantined.write_ndjson(os.path.join(out, f"{name}.quarantine.jsonl"))
    df = clean(raw.lazy().filter(~pl.col("is_ragged")), scale)
    rows_read = raw.height
    del raw
    duplicates = duplicates_of(df)
    duplicates.write_ndjson(os.path.join(out, f"{name}.duplicates.jsonl"))
    table = derive(df.join(duplicates, on="row", how="anti", maintain_order="left"), name)
    table.write_parquet(
        os.path.join(out, f"{name}.parquet"), compression="zstd", compression_level=3, row_group_size=100_000
    )
    rating = pl.col("rating_1_5")
    measures = {"rows": pl.len(), "mean": rating.mean(), "positive": (rating >= 4).sum()}
    return {
        "read": rows_read,
        "accepted": table.height,
        "duplicates": duplicates.height,
        "quarantined": quarantined.height,
        "conflicts": table["id_conflict"].sum(),
        "missing": {c: table[c].null_count() for c in table.columns},
        "groups": {
            g: table.group_by(g).agg(**measures).to_dicts() for g in ("gender_norm", "ethnicity_norm", "age_group")
        },
    }


raw_folder, out_folder = sys.argv[1:3]
os.makedirs(out_folder, exist_ok=True)
report = {os.path.basename(path): transform(path, out_folder) for path in review_files(raw_folder)}
with open(os.path.join(out_folder, "report.json"), "w", encoding="utf-8") as file:
    json.dump(report, file, indent=1)
