# A function from a zip in the artifacts bucket: published versions, the alias `live` that the queue calls, its log group,
# tracing, and the event source that brings it messages.

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.function_name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  function_name = var.function_name
  description   = var.description
  role          = var.role_arn
  runtime       = "nodejs24.x"
  architectures = ["arm64"]
  handler       = "handler.handler"
  s3_bucket     = var.package.bucket
  s3_key        = var.package.key
  memory_size   = var.memory_mb
  timeout       = var.timeout_s
  publish       = true
  tags          = var.tags

  ephemeral_storage {
    size = var.ephemeral_storage_mb
  }

  environment {
    variables = var.environment
  }

  # Powertools writes JSON lines itself; Lambda's own JSON format would wrap them, and metrics in a wrapped line are lost.
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.traced ? "Active" : "PassThrough"
  }
}

resource "aws_lambda_alias" "this" {
  name             = "live"
  description      = "What the queue calls: package ${var.package_version}"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn                   = var.event_source.queue_arn
  function_name                      = aws_lambda_alias.this.arn
  batch_size                         = var.event_source.batch_size
  maximum_batching_window_in_seconds = var.event_source.batching_window_s
  function_response_types            = ["ReportBatchItemFailures"]
  tags                               = var.tags

  scaling_config {
    maximum_concurrency = var.event_source.maximum_concurrency
  }
}
