mock_provider "aws" {}

variables {
  name          = "leases"
  partition_key = "id"
  ttl_attribute = "expiration"
}

run "on_demand_with_expiry_and_recovery" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "The table is paid for by request."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.ttl).enabled && one(aws_dynamodb_table.this.ttl).attribute_name == "expiration"
    error_message = "Items expire."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.point_in_time_recovery).enabled && aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "The table can be recovered, and is not deleted by mistake."
  }
}

run "a_key_that_expires" {
  command = plan

  variables {
    ttl_attribute = "id"
  }

  expect_failures = [var.ttl_attribute]
}
