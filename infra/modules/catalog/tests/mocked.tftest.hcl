mock_provider "aws" {}

variables {
  database         = "reviews"
  processed_bucket = "processed"
  tables = {
    reviews = {
      description = "One row a review"
      columns     = [{ name = "review_uid", type = "string" }, { name = "source_line", type = "int64" }]
    }
  }
}

run "only_what_the_entries_name" {
  command = plan

  assert {
    condition     = one(aws_glue_catalog_table.this["reviews"].storage_descriptor).location == "s3://processed/catalog/reviews/"
    error_message = "The table lies below the catalog's prefix, where no log and no JSON is."
  }

  assert {
    condition     = one(aws_glue_catalog_table.this["reviews"].storage_descriptor).input_format == "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"
    error_message = "The objects below it are read as lists of paths."
  }

  assert {
    condition     = [for column in one(aws_glue_catalog_table.this["reviews"].storage_descriptor).columns : column.type] == ["string", "bigint"]
    error_message = "Types are Glue's."
  }

  assert {
    condition     = strcontains(aws_athena_named_query.this.query, "PARTITION BY review_uid")
    error_message = "The view is of the newest row of each review."
  }
}

run "an_unknown_type" {
  command = plan

  variables {
    tables = {
      reviews = { description = "", columns = [{ name = "a", type = "decimal" }] }
    }
  }

  expect_failures = [var.tables]
}
