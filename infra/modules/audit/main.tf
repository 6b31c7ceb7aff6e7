# CloudTrail's record of who read or wrote which object: data events of the buckets named, in a bucket of their own.

locals {
  # Written out, since the bucket's policy must be there before the trail whose ARN it names.
  trail_arn = "arn:${var.partition}:cloudtrail:${var.region}:${var.account_id}:trail/${var.name}"
}

module "bucket" {
  source = "../s3"

  bucket          = var.trail_bucket
  versioned       = true
  noncurrent_days = 30
  expirations     = { expire-records = { prefix = "AWSLogs/", days = var.keep_days } }
  force_destroy   = var.force_destroy
  tags            = var.tags

  more_policy_statements_json = jsonencode([
    {
      Sid       = "TrailLooksUp"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "s3:GetBucketAcl"
      Resource  = "arn:${var.partition}:s3:::${var.trail_bucket}"
      Condition = { StringEquals = { "aws:SourceArn" = local.trail_arn } }
    },
    {
      Sid       = "TrailWrites"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "arn:${var.partition}:s3:::${var.trail_bucket}/AWSLogs/${var.account_id}/*"
      Condition = { StringEquals = { "aws:SourceArn" = local.trail_arn, "s3:x-amz-acl" = "bucket-owner-full-control" } }
    },
  ])
}

resource "aws_cloudtrail" "this" {
  name                          = var.name
  s3_bucket_name                = module.bucket.name
  include_global_service_events = false
  is_multi_region_trail         = false
  enable_log_file_validation    = true
  tags                          = var.tags

  advanced_event_selector {
    name = "Every access to an object"

    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }

    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }

    field_selector {
      field       = "resources.ARN"
      starts_with = [for arn in var.bucket_arns : "${arn}/"]
    }
  }
}
