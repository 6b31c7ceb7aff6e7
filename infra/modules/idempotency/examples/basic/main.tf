# A table of leases that may be thrown away.

module "table" {
  source = "../.."

  name                = "example-leases"
  partition_key       = "id"
  ttl_attribute       = "expiration"
  deletion_protection = false
}

output "arn" {
  description = "ARN of the table."
  value       = module.table.arn
}
