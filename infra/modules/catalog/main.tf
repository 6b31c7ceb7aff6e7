# Tables for query engines. They begin at the catalog's entries (shared/contracts/src/layout.ts, CATALOG_PREFIX), each of
# which names one current table, and so see the current parquet only: no log, no JSON, no superseded version.

locals {
  # Of shared/contracts/src/tables.ts to Glue's.
  types = {
    string       = "string"
    double       = "double"
    int32        = "int"
    int64        = "bigint"
    boolean      = "boolean"
    date         = "date"
    timestamp_ms = "timestamp"
  }
}

resource "aws_glue_catalog_database" "this" {
  name        = var.database
  description = "Restaurant reviews as the pipeline cleaned them; current tables only"
  tags        = var.tags
}

resource "aws_glue_catalog_table" "this" {
  for_each = var.tables

  name          = each.key
  database_name = aws_glue_catalog_database.this.name
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"
  parameters    = { EXTERNAL = "TRUE" }

  storage_descriptor {
    location      = "s3://${var.processed_bucket}/${var.catalog_prefix}${each.key}/"
    input_format  = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name = columns.value.name
        type = local.types[columns.value.type]
      }
    }
  }
}

# A view is text that the engine keeps in a form of its own: it is made by running this once, in Athena.
resource "aws_athena_named_query" "this" {
  name        = "${var.database}_reviews_latest"
  description = "Makes the view reviews_latest: the newest row of each review over all files"
  database    = aws_glue_catalog_database.this.name
  query       = templatefile("${path.module}/reviews_latest.sql.tftpl", { columns = [for column in var.tables["reviews"].columns : column.name] })
}
