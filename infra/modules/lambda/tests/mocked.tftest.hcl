mock_provider "aws" {}

variables {
  function_name   = "report"
  description     = "A test"
  role_arn        = "arn:aws:iam::111122223333:role/report"
  package         = { bucket = "artifacts", key = "lambda/report-0.2.zip" }
  package_version = "0.2"
  memory_mb       = 512
  timeout_s       = 60
  environment     = { ENVIRONMENT = "test" }
  event_source = {
    queue_arn           = "arn:aws:sqs:eu-west-1:111122223333:work"
    batch_size          = 10
    batching_window_s   = 0
    maximum_concurrency = 2
  }
}

run "as_documented" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.runtime == "nodejs24.x" && aws_lambda_function.this.architectures == tolist(["arm64"]) && aws_lambda_function.this.publish
    error_message = "Node 24 on arm64, published."
  }

  assert {
    condition     = aws_lambda_function.this.s3_key == "lambda/report-0.2.zip"
    error_message = "The key alone says which code it is."
  }

  assert {
    condition     = aws_lambda_alias.this.name == "live" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "The alias is live, and log lines end."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "One bad message harms only itself."
  }
}

run "a_secret_in_the_environment" {
  command = plan

  variables {
    environment = { API_KEY = "x" }
  }

  expect_failures = [var.environment]
}

run "a_large_batch_without_a_window" {
  command = plan

  variables {
    event_source = {
      queue_arn           = "arn:aws:sqs:eu-west-1:111122223333:work"
      batch_size          = 11
      batching_window_s   = 0
      maximum_concurrency = 2
    }
  }

  expect_failures = [var.event_source]
}
