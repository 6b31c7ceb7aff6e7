# Needs no provider of AWS and no credentials: the values are made up.
mock_provider "aws" {}

variables {
  bucket    = "example-raw-111122223333"
  versioned = true
}

run "a_private_bucket" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls, aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls, aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "Nothing is public."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.this.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "The bucket's account owns every object."
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this.rule[0].abort_incomplete_multipart_upload).days_after_initiation == 7
    error_message = "An upload in parts that nobody finishes is dropped."
  }

  assert {
    condition     = length(aws_s3_bucket_notification.this) == 0
    error_message = "EventBridge hears nothing unless that is asked for."
  }
}

run "versions_outlive_messages" {
  command = plan

  variables {
    noncurrent_days = 28
    redeliverable_s = 2419200
  }

  expect_failures = [var.noncurrent_days]
}

run "versions_of_nothing" {
  command = plan

  variables {
    versioned       = false
    noncurrent_days = 45
  }

  expect_failures = [var.noncurrent_days]
}

run "a_name_with_dots" {
  command = plan

  variables {
    bucket = "example.raw"
  }

  expect_failures = [var.bucket]
}
