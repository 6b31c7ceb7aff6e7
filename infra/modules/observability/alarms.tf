locals {
  # One entry of docs/runbook.md each, by the part of the name before the colon.
  simple_alarms = merge(
    {
      for key, queue in var.dead_letter_queues : "dlq-not-empty:${key}" => {
        description = "Messages that nothing could be done with lie in ${queue}."
        namespace   = "AWS/SQS"
        metric      = "ApproximateNumberOfMessagesVisible"
        dimensions  = { QueueName = queue }
        statistic   = "Maximum"
        period_s    = 60
        periods     = 1
        over        = 0
      }
    },
    {
      for function, queue in var.queues : "messages-wait:${function}" => {
        description = "The oldest message in ${queue} has waited longer than a function that died keeps one from view."
        namespace   = "AWS/SQS"
        metric      = "ApproximateAgeOfOldestMessage"
        dimensions  = { QueueName = queue }
        statistic   = "Maximum"
        period_s    = 300
        periods     = 2
        over        = var.visibility_s[function]
      }
    },
    {
      for function, name in var.functions : "function-dies:${function}" => {
        description = "Invocations of ${name} ended in a timeout, out of memory or before the handler: no failure record says why."
        namespace   = "AWS/Lambda"
        metric      = "Errors"
        dimensions  = { FunctionName = name }
        statistic   = "Sum"
        period_s    = 300
        periods     = 1
        over        = 0
      }
    },
    {
      for function, name in var.functions : "throttled:${function}" => {
        description = "Lambda refuses invocations of ${name}; each costs its messages a receive."
        namespace   = "AWS/Lambda"
        metric      = "Throttles"
        dimensions  = { FunctionName = name }
        statistic   = "Sum"
        period_s    = 300
        periods     = 3
        over        = 0
      }
    },
    {
      "validation-fails" = {
        description = "The validation summary of an upload says fail."
        namespace   = var.namespace
        metric      = "ReportsWritten"
        dimensions  = { service = "report", environment = var.env, status = "fail" }
        statistic   = "Sum"
        period_s    = 300
        periods     = 1
        over        = 0
      }
      "conservation-broken" = {
        description = "A manifest or profile whose rows do not add up was met: no report may say its numbers."
        namespace   = var.namespace
        metric      = "ConservationFailures"
        dimensions  = { service = "report", environment = var.env }
        statistic   = "Sum"
        period_s    = 300
        periods     = 1
        over        = 0
      }
      "conservation-audit" = {
        description = "Counted again from the bytes, what a manifest says does not hold, or its reports are not there."
        namespace   = var.namespace
        metric      = "AuditFailures"
        dimensions  = { service = "ingest", environment = var.env }
        statistic   = "Sum"
        period_s    = 3600
        periods     = 1
        over        = 0
      }
    },
  )

  failure_rates = {
    for function in keys(var.functions) : function => {
      failures = "${title(function)}Failures"
      done     = { transform = "FileVersionsDone", report = "ReportsDone", ingest = "SweepsDone" }[function]
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "simple" {
  for_each = local.simple_alarms

  alarm_name          = "${var.prefix}-${replace(each.key, ":", "-")}"
  alarm_description   = "${each.value.description} docs/runbook.md: ${split(":", each.key)[0]}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period_s
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.over
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

resource "aws_cloudwatch_metric_alarm" "failure_rate" {
  for_each = local.failure_rates

  alarm_name          = "${var.prefix}-failure-rate-${each.key}"
  alarm_description   = "More than a tenth of the messages that ${each.key} took failed; they are tried again. docs/runbook.md: failure-rate"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]

  metric_query {
    id          = "rate"
    label       = "% of messages that failed"
    expression  = "100 * FILL(failed, 0) / (FILL(failed, 0) + FILL(done, 0))"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { failed = each.value.failures, done = each.value.done }

    content {
      id = metric_query.key

      metric {
        namespace   = var.namespace
        metric_name = metric_query.value
        dimensions  = { service = each.key, environment = var.env }
        stat        = "Sum"
        period      = 300
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "no_upload" {
  alarm_name          = "${var.prefix}-no-upload"
  alarm_description   = "Nothing was uploaded for a day, or uploads do not reach the queue. docs/runbook.md: no-upload"
  namespace           = "AWS/SQS"
  metric_name         = "NumberOfMessagesSent"
  dimensions          = { QueueName = var.queues["transform"] }
  statistic           = "Sum"
  period              = 86400
  evaluation_periods  = 1
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  # No data is what no upload looks like.
  treat_missing_data = "breaching"
  alarm_actions      = [aws_sns_topic.this.arn]
  ok_actions         = [aws_sns_topic.this.arn]
}
