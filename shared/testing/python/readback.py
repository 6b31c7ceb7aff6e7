#!/usr/bin/env python3
"""Reads parquet with other people's readers and prints what they see, in one canonical form.

  readback.py FILE --engine pyarrow|duckdb [--where "COLUMN OP LITERAL"]
      first line {"schema": [{name, type, nullable}], "metadata": {key: value}, "row_groups": n}, then one row a line
  readback.py --server
      first line {"ready": true, "versions": {...}}; then for each line {"id", "path", "engine", "where"?} on stdin one
      line {"id", "schema", "metadata", "row_groups", "rows"} or {"id", "error"}; ends with stdin

Doubles are written by repr (NaN and infinities as strings), int64 as strings, dates as YYYY-MM-DD, timestamps as ISO
with milliseconds (more digits only where they are not zero) and Z if they are UTC, binary as hex, null as null.
--where: OP is one of = != < <= > >= or IS NULL, IS NOT NULL; LITERAL is a number, 'text' (a quote doubled), true, false,
DATE 'YYYY-MM-DD' or TIMESTAMP 'YYYY-MM-DDTHH:MM:SS.mmmZ'. The engine gets it as a filter of its scan.
"""
import argparse
import datetime
import decimal
import json
import math
import re
import sys

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

WHERE = re.compile(
    r"""^\s*(?P<column>"(?:[^"]|"")+"|\w+)\s*
        (?:(?P<null>IS\s+(?:NOT\s+)?NULL)
          |(?P<op>=|!=|<>|<=|>=|<|>)\s*
           (?P<literal>(?:(?P<kind>DATE|TIMESTAMP)\s*)?'(?P<text>(?:[^']|'')*)'|true|false|[-+]?[\d.]+(?:e[-+]?\d+)?))
        \s*$""",
    re.IGNORECASE | re.VERBOSE,
)


class BadWhere(Exception):
    """A filter that does not follow the grammar above."""


def parse_where(where):
    """The column, the operator and the Python value (None for IS [NOT] NULL) of a filter."""
    match = WHERE.match(where)
    if not match:
        raise BadWhere(f"not COLUMN OP LITERAL: {where}")
    column = match["column"]
    if column.startswith('"'):
        column = column[1:-1].replace('""', '"')
    if match["null"]:
        return column, " ".join(match["null"].upper().split()), None
    return column, {"<>": "!="}.get(match["op"], match["op"]), parse_literal(match)


def parse_literal(match):
    kind, text, literal = (match["kind"] or "").upper(), match["text"], match["literal"]
    if kind == "DATE":
        return datetime.date.fromisoformat(text)
    if kind == "TIMESTAMP":
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if text is not None:
        return text.replace("''", "'")
    if literal.lower() in ("true", "false"):
        return literal.lower() == "true"
    return float(literal) if re.search(r"[.eE]", literal) else int(literal)


# ---- canonical values ---------------------------------------------------------------------------------------------

EPOCH = datetime.datetime(1970, 1, 1)
TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def iso_timestamp(ticks, unit, utc):
    seconds, rest = divmod(ticks, TICKS[unit])
    nanos = rest * (1_000_000_000 // TICKS[unit])
    fraction = f"{nanos:09d}"
    fraction = fraction[:3] + fraction[3:].rstrip("0")
    return f"{(EPOCH + datetime.timedelta(seconds=seconds)).isoformat()}.{fraction}{'Z' if utc else ''}"


def canonical(value, kind):
    """A value of the given column type in its JSON form."""
    if value is None:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return str(value) if kind in ("int64", "uint64") else value
    if isinstance(value, float):
        return value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [canonical(item, "") for item in value]
    if isinstance(value, dict):
        return {str(key): canonical(item, "") for key, item in value.items()}
    return str(value)


# ---- pyarrow ------------------------------------------------------------------------------------------------------

ARROW_NAMES = {"large_string": "string", "string_view": "string", "bool": "boolean", "date32[day]": "date", "float": "float"}


def arrow_type_name(kind):
    if pa.types.is_dictionary(kind):
        return arrow_type_name(kind.value_type)
    if pa.types.is_timestamp(kind):
        return f"timestamp_{kind.unit}" + ("" if kind.tz else "_local")
    return ARROW_NAMES.get(str(kind), str(kind))


def arrow_filter(where, schema):
    column, op, value = parse_where(where)
    field = ds.field(column)
    if op == "IS NULL":
        return field.is_null()
    if op == "IS NOT NULL":
        return field.is_valid()
    kind = schema.field(column).type
    literal = pa.scalar(value)
    if not (pa.types.is_integer(kind) and isinstance(value, float)):
        literal = literal.cast(kind.value_type if pa.types.is_dictionary(kind) else kind)
    compare = {"=": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}[op]
    return getattr(field, compare)(literal)


def arrow_values(column):
    kind = column.type
    if pa.types.is_timestamp(kind):
        ticks = column.cast(pa.int64()).to_pylist()
        return [None if tick is None else iso_timestamp(tick, kind.unit, kind.tz is not None) for tick in ticks]
    name = arrow_type_name(kind)
    return [canonical(value, name) for value in column.to_pylist()]


def read_pyarrow(path, where):
    with pq.ParquetFile(path) as file:
        schema, footer = file.schema_arrow, file.metadata
        table = None if where else file.read(use_threads=False)
        if table is not None:
            table.validate(full=True)
    if where:
        table = ds.dataset(path, format="parquet").to_table(filter=arrow_filter(where, schema), use_threads=False)
    metadata = {key.decode(): value.decode(errors="replace") for key, value in (footer.metadata or {}).items()}
    fields = [{"name": f.name, "type": arrow_type_name(f.type), "nullable": f.nullable} for f in schema]
    rows = zip(*(arrow_values(column) for column in table.columns)) if table.num_columns else []
    return fields, metadata, footer.num_row_groups, rows


# ---- DuckDB -------------------------------------------------------------------------------------------------------

DUCKDB_NAMES = {
    "VARCHAR": "string",
    "DOUBLE": "double",
    "FLOAT": "float",
    "TINYINT": "int8",
    "SMALLINT": "int16",
    "INTEGER": "int32",
    "BIGINT": "int64",
    "UTINYINT": "uint8",
    "USMALLINT": "uint16",
    "UINTEGER": "uint32",
    "UBIGINT": "uint64",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "BLOB": "binary",
}


def duckdb_timestamp_unit(logical, converted):
    text = f"{logical} {converted}".upper()
    return next((unit for unit, word in (("ms", "MILLI"), ("us", "MICRO"), ("ns", "NANO")) if word in text), "us")


def sql_name(name):
    return '"' + name.replace('"', '""') + '"'


def sql_text(text):
    return "'" + text.replace("'", "''") + "'"


def sql_filter(where):
    column, op, value = parse_where(where)
    if value is None:
        return f"{sql_name(column)} {op}"
    if isinstance(value, datetime.datetime):
        literal = f"TIMESTAMPTZ {sql_text(value.isoformat())}" if value.tzinfo else f"TIMESTAMP {sql_text(value.isoformat())}"
    elif isinstance(value, datetime.date):
        literal = f"DATE {sql_text(value.isoformat())}"
    elif isinstance(value, str):
        literal = sql_text(value)
    elif isinstance(value, float):
        literal = f"{value!r}::DOUBLE"
    else:
        literal = str(value)
    return f"{sql_name(column)} {op} {literal}"


class DuckDb:
    def __init__(self):
        self.connection = duckdb.connect(config={"threads": 1, "preserve_insertion_order": True})

    def query(self, sql):
        return self.connection.execute(sql).fetchall()

    def read(self, path, where):
        file = sql_text(path)
        columns = self.query(f"DESCRIBE SELECT * FROM read_parquet({file})")
        leaves = self.query(
            f"SELECT name, repetition_type, logical_type, converted_type FROM parquet_schema({file}) OFFSET 1"
        )
        physical = {name: rest for name, *rest in leaves}
        fields, selected, timestamps = [], [], {}
        for place, (name, kind, *_) in enumerate(columns):
            repetition, logical, converted = physical[name]
            column = sql_name(name)
            if kind.startswith("TIMESTAMP"):
                unit, utc = duckdb_timestamp_unit(logical, converted), "TIME ZONE" in kind
                selected.append(f"epoch_ns({column})" if kind == "TIMESTAMP_NS" else f"epoch_us({column})")
                timestamps[place] = ("ns" if kind == "TIMESTAMP_NS" else "us", utc)
                type_name = f"timestamp_{unit}" + ("" if utc else "_local")
            else:
                selected.append(column)
                type_name = DUCKDB_NAMES.get(kind, kind.lower())
            fields.append({"name": name, "type": type_name, "nullable": repetition != "REQUIRED"})
        condition = f" WHERE {sql_filter(where)}" if where else ""
        cells = self.query(f"SELECT {', '.join(selected)} FROM read_parquet({file}){condition}")
        ((row_groups,),) = self.query(f"SELECT num_row_groups FROM parquet_file_metadata({file})")
        pairs = self.query(f"SELECT key, value FROM parquet_kv_metadata({file})")
        metadata = {bytes(k).decode(): bytes(v).decode(errors="replace") for k, v in pairs}
        kinds = [field["type"] for field in fields]
        rows = (
            [
                None if value is None else iso_timestamp(value, *timestamps[i]) if i in timestamps else canonical(value, kinds[i])
                for i, value in enumerate(row)
            ]
            for row in cells
        )
        return fields, metadata, row_groups, rows


# ---- the two ways to ask ------------------------------------------------------------------------------------------


class Engines:
    def __init__(self):
        self.duckdb = None

    def read(self, path, engine, where=None):
        """The head (schema, metadata, row_groups) and an iterator of rows as {column: value}."""
        if engine == "pyarrow":
            fields, metadata, row_groups, rows = read_pyarrow(path, where)
        elif engine == "duckdb":
            self.duckdb = self.duckdb or DuckDb()
            fields, metadata, row_groups, rows = self.duckdb.read(path, where)
        else:
            raise ValueError(f"no such engine: {engine}")
        names = [field["name"] for field in fields]
        head = {"schema": fields, "metadata": metadata, "row_groups": row_groups}
        return head, (dict(zip(names, row)) for row in rows)


def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def answer(engines, request):
    try:
        head, rows = engines.read(request["path"], request["engine"], request.get("where"))
        return {"id": request["id"], **head, "rows": list(rows)}
    except Exception as error:  # whatever a reader throws at a broken file is an answer
        return {"id": request["id"], "error": f"{type(error).__name__}: {error}"}


def serve(engines):
    sys.stdout.write(line({"ready": True, "versions": {"pyarrow": pa.__version__, "duckdb": duckdb.__version__}}))
    sys.stdout.flush()
    for request in sys.stdin:
        sys.stdout.write(line(answer(engines, json.loads(request))))
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?")
    parser.add_argument("--engine", choices=["pyarrow", "duckdb"])
    parser.add_argument("--where")
    parser.add_argument("--server", action="store_true")
    options = parser.parse_args()
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    if options.server:
        return serve(Engines())
    if not options.file or not options.engine:
        parser.error("FILE and --engine are needed, or --server")
    head, rows = Engines().read(options.file, options.engine, options.where)
    sys.stdout.write(line(head))
    for row in rows:
        sys.stdout.write(line(row))


if __name__ == "__main__":
    main()
