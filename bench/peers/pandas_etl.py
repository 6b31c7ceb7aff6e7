"""pandas_etl.py RAW OUT: the job of README.md in pandas 2 or 3, file by file; reads and writes by pyarrow."""

import json
import os
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv
from rules import *  # noqa: F403

STRING = pd.StringDtype("pyarrow", na_value=np.nan)
pa.set_cpu_count(1)
pa.set_io_thread_count(1)


def read(path, header, quarantined):
    """By pyarrow itself: pandas' engine="pyarrow" splits the file inside quoted line breaks, and its own lets short rows pass."""

    def set_aside(row):
        quarantined.append({"fields": row.actual_columns, "raw": row.text})
        return "skip"

    rows = csv.read_csv(
        path,
        read_options=csv.ReadOptions(use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=set_aside),
        convert_options=csv.ConvertOptions(
            column_types={name: pa.string() for name in header}, strings_can_be_null=True, null_values=[""]
        ),
    )
    return rows.to_pandas(types_mapper={pa.string(): STRING}.get, self_destruct=True).rename(columns=RENAMED)


def text(column):
    stripped = column.str.strip()
    return stripped.mask(stripped == "")


def amount(column):
    number = pd.to_numeric(column, errors="coerce")
    return number.mask(number < 0)


def clean(raw, scale):
    df = pd.DataFrame(index=raw.index)
    id_ = text(raw["review_id"])
    id_ = id_.mask(id_.str.lower().isin(WORDS_FOR_MISSING))
    df["review_id"] = id_.str.replace("_(?:copy|dup)$", "", regex=True)
    df["id_suffix"] = id_.str.extract("_(copy|dup)$", expand=False)
    df["customer_name"] = text(text(raw["customer_name"]).str.replace(r"^(?i:guest|client)_\s*", "", regex=True))
    day = text(raw["review_date"]).str.slice(0, 10)
    date = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce")
    for form in ("%d.%m.%Y", "%m/%d/%Y"):
        if (open_ := date.isna()).any():
            date[open_] = pd.to_datetime(day[open_], format=form, errors="coerce")
    df["review_date"] = date
    df["rating_raw"] = text(raw["rating_raw"])
    df["rating_scale"] = np.int32(scale)
    stars = df["rating_raw"].str.len().where(df["rating_raw"].str.fullmatch("⭐+").fillna(False))
    rating = stars.fillna(pd.to_numeric(df["rating_raw"], errors="coerce") / scale * 5)
    df["rating_1_5"] = rating.where((rating > 0) & (rating <= 5))
    df["review_text"] = text(raw["review_text"]).str.replace("\r\n", "\n", regex=False)
    for name in ("location", "restaurant_name"):
        df[name] = text(raw[name])
    for name in ("total_spent", "tip_amount", "tip_percentage"):
        df[name] = amount(raw[name])
    df["party_size"] = amount(raw["party_size"]).astype("Int32")
    for name in ("age_range", "gender", "ethnicity"):
        df[name] = text(raw[name])
    df["gender_norm"] = df["gender"].str.lower().map(GENDERS).astype(STRING)
    df["ethnicity_norm"] = df["ethnicity"].str.lower().map(ETHNICITIES).astype(STRING)
    df["age_group"] = df["age_range"].map(AGE_GROUPS).astype(STRING)
    return df


def duplicates_of(df):
    """row, rule, repeats_row: only rows that share their visit with another are looked at."""
    suspects = df[df.duplicated(VISIT, keep=False)].reset_index(names="row")
    is_suffixed = suspects["id_suffix"].notna()
    rows = suspects["row"].astype("float64")
    visits = [suspects[c] for c in VISIT]
    original = rows.mask(is_suffixed).groupby(visits, dropna=False, sort=False).transform("first")
    head = original.fillna(rows.groupby(visits, dropna=False, sort=False).transform("first"))
    is_copy = is_suffixed & suspects["review_id"].notna() & (rows != head)
    copies = pd.DataFrame({"row": suspects["row"], "rule": "copy", "repeats_row": head.astype("int64")})[is_copy]
    whole = [c for c in df.columns if c not in ("id_suffix", "gender", "ethnicity", "rating_raw")]
    others = suspects[~is_copy & suspects[["review_id", "customer_name", "review_text"]].notna().any(axis=1)]
    repeated = others[others.duplicated(whole)]
    first = others.groupby([others[c] for c in whole], dropna=False, sort=False)["row"].transform("first")
    exact = pd.DataFrame({"row": repeated["row"], "rule": "exact", "repeats_row": first[repeated.index]})
    return pd.concat([copies, exact]).sort_values("row")


def derive(df, source_file):
    total, tip, percentage = df["total_spent"], df["tip_amount"], df["tip_percentage"]
    df["total_spent"] = total.fillna(tip / percentage.where(percentage > 0) * 100)
    df["tip_percentage"] = percentage.fillna(tip / total.where(total > 0) * 100).clip(upper=TIP_PERCENTAGE_MAX)
    df["log_total_spent"] = np.log1p(df["total_spent"])
    df["review_length"] = df["review_text"].str.len().astype("Int32")
    df["id_conflict"] = df["review_id"].duplicated(keep=False) & df["review_id"].notna()
    df["source_file"] = source_file
    df["source_version"] = SOURCE_VERSION
    df["uploaded_at"] = pd.Timestamp(UPLOADED_AT).as_unit("ms")
    df["review_date"] = df["review_date"].astype(pd.ArrowDtype(pa.date32()))
    return df


def transform(path, out):
    name = os.path.basename(path)
    header, scale = header_of(path)
    target = os.path.join(out, name)
    quarantined = []
    df = clean(read(path, header, quarantined), scale)
    rows_read = len(df) + len(quarantined)
    pd.DataFrame(quarantined, columns=["fields", "raw"]).to_json(f"{target}.quarantine.jsonl", orient="records", lines=True)
    duplicates = duplicates_of(df)
    duplicates.to_json(f"{target}.duplicates.jsonl", orient="records", lines=True)
    table = derive(df.drop(index=duplicates["row"]), name)
    table.to_parquet(
        f"{target}.parquet", engine="pyarrow", compression="zstd", compression_level=3, row_group_size=100_000, index=False
    )
    rating = table["rating_1_5"]
    measures = {"rows": ("review_length", "size"), "mean": ("rating_1_5", "mean"), "positive": ("is_positive", "sum")}
    groups = table.assign(is_positive=rating >= 4)
    return {
        "read": rows_read,
        "accepted": len(table),
        "duplicates": len(duplicates),
        "quarantined": len(quarantined),
        "conflicts": int(table["id_conflict"].sum()),
        "missing": {c: int(n) for c, n in table.isna().sum().items()},
        "groups": {
            g: json.loads(groups.groupby(g, dropna=False).agg(**measures).reset_index().to_json(orient="records"))
            for g in ("gender_norm", "ethnicity_norm", "age_group")
        },
    }


raw_folder, out_folder = sys.argv[1:3]
os.makedirs(out_folder, exist_ok=True)
report = {os.path.basename(path): transform(path, out_folder) for path in review_files(raw_folder)}
with open(os.path.join(out_folder, "report.json"), "w", encoding="utf-8") as file:
    json.dump(report, file, indent=1)
