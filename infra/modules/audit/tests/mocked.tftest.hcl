mock_provider "aws" {}

variables {
  name         = "audit"
  trail_bucket = "audit-111122223333"
  bucket_arns  = ["arn:aws:s3:::raw"]
  partition    = "aws"
  region       = "eu-west-1"
  account_id   = "111122223333"
  keep_days    = 365
}

run "objects_alone" {
  command = plan

  assert {
    condition     = aws_cloudtrail.this.enable_log_file_validation && !aws_cloudtrail.this.include_global_service_events
    error_message = "Records can be proven whole, and are about objects."
  }
}

run "an_account_that_is_none" {
  command = plan

  variables {
    account_id = "1234"
  }

  expect_failures = [var.account_id]
}
