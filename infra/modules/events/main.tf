# The bus of completion events with its archive, and the rules that bring events to queues. Each rule has a dead-letter
# queue of its own: EventBridge drops what it cannot deliver unless its target has one.

resource "aws_cloudwatch_event_bus" "this" {
  name = var.bus_name
  tags = var.tags
}

resource "aws_cloudwatch_event_archive" "this" {
  name             = var.bus_name
  description      = "What went over ${var.bus_name}, to be replayed to a subscriber that lost or missed it"
  event_source_arn = aws_cloudwatch_event_bus.this.arn
  retention_days   = var.archive_days
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = var.rules

  name                = each.value.name
  description         = "${each.key}: to ${each.value.target_id}"
  event_bus_name      = each.value.on_own_bus ? aws_cloudwatch_event_bus.this.name : "default"
  event_pattern       = each.value.pattern
  schedule_expression = each.value.schedule
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = var.rules

  rule           = aws_cloudwatch_event_rule.this[each.key].name
  event_bus_name = aws_cloudwatch_event_rule.this[each.key].event_bus_name
  target_id      = each.value.target_id
  arn            = each.value.target_arn

  retry_policy {
    maximum_retry_attempts       = each.value.max_attempts
    maximum_event_age_in_seconds = each.value.max_age_s
  }

  dead_letter_config {
    arn = aws_sqs_queue.dlq[each.key].arn
  }
}

resource "aws_sqs_queue" "dlq" {
  for_each = var.rules

  name                      = each.value.dlq_name
  message_retention_seconds = each.value.dlq_retention_s
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

resource "aws_sqs_queue_policy" "dlq" {
  for_each = var.rules

  queue_url = aws_sqs_queue.dlq[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.dlq[each.key].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "ItsRuleSends"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.dlq[each.key].arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.this[each.key].arn } }
      },
    ]
  })
}
