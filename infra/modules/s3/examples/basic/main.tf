# A bucket for uploads, whose old versions outlive every message about them.

data "aws_caller_identity" "this" {}

module "raw" {
  source = "../.."

  bucket          = "example-raw-${data.aws_caller_identity.this.account_id}"
  versioned       = true
  event_bridge    = true
  noncurrent_days = 45
  redeliverable_s = 2 * 1209600
}

output "name" {
  description = "Name of the bucket."
  value       = module.raw.name
}
