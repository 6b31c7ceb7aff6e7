variable "database" {
  description = "Name of the Glue database: lower case, since Athena folds names."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9_]{1,255}$", var.database))
    error_message = "database: lower-case letters, digits and _."
  }
}

variable "processed_bucket" {
  description = "Name of the bucket that holds the tables and the catalog's entries."
  type        = string

  validation {
    condition     = length(var.processed_bucket) >= 3
    error_message = "processed_bucket: a bucket's name."
  }
}

variable "catalog_prefix" {
  description = "Below which the entries lie, one folder for each table."
  type        = string
  default     = "catalog/"

  validation {
    condition     = endswith(var.catalog_prefix, "/") && !startswith(var.catalog_prefix, "/")
    error_message = "catalog_prefix: ends with a slash, and does not begin with one."
  }
}

variable "tables" {
  description = "Columns of each table in their order, by the table's name, which is the folder of its entries; reviews must be one."
  type = map(object({
    description = string
    columns     = list(object({ name = string, type = string }))
  }))

  validation {
    condition     = contains(keys(var.tables), "reviews")
    error_message = "tables: reviews must be one, for the view is over it."
  }

  validation {
    condition = alltrue(flatten([for table in values(var.tables) : [for column in table.columns :
      contains(["string", "double", "int32", "int64", "boolean", "date", "timestamp_ms"], column.type)
    ]]))
    error_message = "tables: a type that shared/contracts/src/tables.ts does not know."
  }
}

variable "tags" {
  description = "Tags over the provider's default ones."
  type        = map(string)
  default     = {}
}
