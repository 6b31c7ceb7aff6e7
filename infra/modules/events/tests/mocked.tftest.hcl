mock_provider "aws" {}

variables {
  bus_name     = "completions"
  archive_days = 7
  rules = {
    created = {
      name            = "created"
      on_own_bus      = false
      pattern         = "{\"source\":[\"aws.s3\"]}"
      target_id       = "transform"
      target_arn      = "arn:aws:sqs:eu-west-1:111122223333:transform"
      dlq_name        = "created-dlq"
      dlq_retention_s = 1209600
      max_attempts    = 185
      max_age_s       = 86400
    }
  }
}

run "a_rule_with_retries" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_rule.this["created"].event_bus_name == "default"
    error_message = "S3's events come over the account's default bus."
  }

  assert {
    condition     = one(aws_cloudwatch_event_target.this["created"].retry_policy).maximum_event_age_in_seconds == 86400
    error_message = "EventBridge tries for a day."
  }

  assert {
    condition     = aws_sqs_queue.dlq["created"].message_retention_seconds == 1209600
    error_message = "What could not be delivered is kept for 14 days."
  }
}

run "a_name_that_was_not_filled_in" {
  command = plan

  variables {
    rules = {
      created = {
        name            = "created"
        on_own_bus      = false
        pattern         = "{\"detail\":{\"bucket\":{\"name\":[\"{bucket:raw}\"]}}}"
        target_id       = "transform"
        target_arn      = "arn:aws:sqs:eu-west-1:111122223333:transform"
        dlq_name        = "created-dlq"
        dlq_retention_s = 1209600
        max_attempts    = 185
        max_age_s       = 86400
      }
    }
  }

  expect_failures = [var.rules]
}
