mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:111122223333:t" }
  }
}

variables {
  prefix             = "x-dev"
  env                = "dev"
  region             = "eu-west-1"
  namespace          = "X"
  functions          = { transform = "x-dev-transform", report = "x-dev-report", ingest = "x-dev-ingest" }
  queues             = { transform = "x-dev-transform", report = "x-dev-report", ingest = "x-dev-ingest" }
  visibility_s       = { transform = 1800, report = 720, ingest = 1800 }
  dead_letter_queues = { transform-dlq = "x-dev-transform-dlq" }
  bucket_names       = { raw = "x-dev-raw" }
  table_name         = "x-dev-pipeline"
}

run "alarms" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.simple["dlq-not-empty:transform-dlq"].threshold == 0
    error_message = "One dead letter is enough."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.no_upload.treat_missing_data == "breaching"
    error_message = "No data is what no upload looks like."
  }

  assert {
    condition     = length(aws_budgets_budget.this) == 0 && length(aws_sns_topic_subscription.email) == 0
    error_message = "No budget and no mails unless they are asked for."
  }
}

run "a_namespace_of_aws" {
  command = plan

  variables {
    namespace = "AWS/X"
  }

  expect_failures = [var.namespace]
}
