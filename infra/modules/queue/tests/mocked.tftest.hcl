mock_provider "aws" {}

variables {
  name                 = "work"
  dlq_name             = "work-dlq"
  function_timeout_s   = 300
  visibility_timeout_s = 1800
  retention_s          = 1209600
  dlq_retention_s      = 1209600
  max_receive_count    = 5
  sender_rule_arns     = ["arn:aws:events:eu-west-1:111122223333:rule/r"]
}

run "timings_and_encryption" {
  command = plan

  assert {
    condition     = aws_sqs_queue.work.visibility_timeout_seconds == 1800 && aws_sqs_queue.dlq.message_retention_seconds == 1209600
    error_message = "The queues have the timings given."
  }

  assert {
    condition     = aws_sqs_queue.work.sqs_managed_sse_enabled && aws_sqs_queue.dlq.sqs_managed_sse_enabled
    error_message = "Messages are encrypted at rest."
  }
}

run "too_short_a_visibility" {
  command = plan

  variables {
    visibility_timeout_s = 1799
  }

  expect_failures = [var.visibility_timeout_s]
}

run "the_window_counts" {
  command = plan

  variables {
    batching_window_s = 1
  }

  expect_failures = [var.visibility_timeout_s]
}

run "a_dlq_that_forgets_first" {
  command = plan

  variables {
    dlq_retention_s = 1209599
  }

  expect_failures = [var.dlq_retention_s]
}

run "nobody_sends" {
  command = plan

  variables {
    sender_rule_arns = []
  }

  expect_failures = [var.sender_rule_arns]
}
