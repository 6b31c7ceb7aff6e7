# The table of leases and failure records: on demand, with expiry and point-in-time recovery. It is never the truth about
# what is done (the manifests are), so that losing it costs double work and no data.

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = var.partition_key
  deletion_protection_enabled = var.deletion_protection
  tags                        = var.tags

  attribute {
    name = var.partition_key
    type = "S"
  }

  ttl {
    attribute_name = var.ttl_attribute
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  # With the key that DynamoDB owns; docs/decisions/encryption.md says why no key of our own.
  server_side_encryption {
    enabled = false
  }
}
