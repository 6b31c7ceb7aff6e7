# Two tables over the entries of one bucket.

module "catalog" {
  source = "../.."

  database         = "example_reviews"
  processed_bucket = "example-processed"

  tables = {
    reviews = {
      description = "One row a review"
      columns     = [{ name = "review_uid", type = "string" }, { name = "uploaded_at", type = "timestamp_ms" }]
    }
    restaurant_info = {
      description = "One row a restaurant"
      columns     = [{ name = "location", type = "string" }]
    }
  }
}

output "database" {
  description = "The database's name."
  value       = module.catalog.database
}
