output "database" {
  description = "The database's name, to query by."
  value       = aws_glue_catalog_database.this.name
}

output "view_query_id" {
  description = "Id of the saved Athena query that makes the view reviews_latest."
  value       = aws_athena_named_query.this.id
}
