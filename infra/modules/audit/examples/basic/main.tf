# A record of every access to the objects of one bucket, kept for a year.

module "audit" {
  source = "../.."

  name         = "example-audit"
  trail_bucket = "example-audit-123456789012"
  bucket_arns  = ["arn:aws:s3:::example-raw-123456789012"]
  partition    = "aws"
  region       = "eu-west-1"
  account_id   = "123456789012"
  keep_days    = 365
}

output "trail_arn" {
  description = "ARN of the trail."
  value       = module.audit.trail_arn
}
