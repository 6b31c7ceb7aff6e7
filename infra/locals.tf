data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}

locals {
  # The one description of the pipeline; the local stack and the functions read the same file.
  pipeline = jsondecode(file("${path.module}/../shared/contracts/pipeline.json"))

  account = data.aws_caller_identity.this.account_id
  prefix  = "${var.project}-${var.env}"

  bucket_names = { for purpose, bucket in local.pipeline.buckets : purpose => "${local.prefix}-${purpose}-${local.account}" }

  # Longest time after an upload in which a message about it may still be delivered: the rule's retries, the queue, the
  # DLQ. SQS counts a dead letter's age from when it was first sent, so this is more than enough.
  redeliverable_s = max([for rule in local.pipeline.rules :
    rule.retry.max_age_s + local.pipeline.queues[rule.queue].retention_s + local.pipeline.dead_letter_queues[local.pipeline.queues[rule.queue].dlq].retention_s
  ]...)

  # As heapOptionsOf of shared/contracts has them: where one of both is set, Lambda leaves the other to V8.
  node_options = { for name, function in local.pipeline.functions : name => join(" ", [
    "--max-semi-space-size=${local.pipeline.heap.semi_space_mb.value}",
    "--max-old-space-size=${floor(function.memory_mb * local.pipeline.heap.old_space_percent.value / 100)}",
  ]) }

  queue_of = { for name, queue in local.pipeline.queues : queue.function => name }

  schedules = {
    for name, schedule in local.pipeline.schedules : name => {
      name            = "${local.prefix}-${name}"
      on_own_bus      = false
      pattern         = null
      schedule        = schedule.expression
      target_id       = schedule.queue
      target_arn      = module.queue[schedule.queue].arn
      dlq_name        = "${local.prefix}-${schedule.dlq}"
      dlq_retention_s = local.pipeline.dead_letter_queues[schedule.dlq].retention_s
      max_attempts    = schedule.retry.max_attempts
      max_age_s       = schedule.retry.max_age_s
    }
  }

  rules = {
    for name, rule in local.pipeline.rules : name => {
      name            = "${local.prefix}-${name}"
      on_own_bus      = rule.bus == local.pipeline.bus
      pattern         = local.patterns[name]
      schedule        = null
      target_id       = rule.queue
      target_arn      = module.queue[rule.queue].arn
      dlq_name        = "${local.prefix}-${rule.dlq}"
      dlq_retention_s = local.pipeline.dead_letter_queues[rule.dlq].retention_s
      max_attempts    = rule.retry.max_attempts
      max_age_s       = rule.retry.max_age_s
    }
  }

  # Written out: a queue's policy names the rules, and the rules name the queues. A test holds these against the rules'.
  rule_arns = { for name, rule in local.pipeline.rules : name => join("", [
    "arn:${data.aws_partition.this.partition}:events:${var.region}:${local.account}:rule/",
    rule.bus == local.pipeline.bus ? "${local.prefix}-${local.pipeline.bus}/" : "",
    "${local.prefix}-${name}",
  ]) }

  schedule_arns = { for name in keys(local.pipeline.schedules) : name =>
    "arn:${data.aws_partition.this.partition}:events:${var.region}:${local.account}:rule/${local.prefix}-${name}"
  }

  # {bucket:raw} stands for the raw bucket's name.
  patterns = { for name, rule in local.pipeline.rules : name =>
    replace(replace(jsonencode(rule.pattern), "{bucket:raw}", local.bucket_names.raw), "{bucket:processed}", local.bucket_names.processed)
  }

  # What happens to each bucket beside what pipeline.json says of it.
  bucket_lifecycles = {
    raw       = { noncurrent_days = var.raw_noncurrent_days, redeliverable_s = local.redeliverable_s }
    processed = { noncurrent_days = null, redeliverable_s = 0 }
    # Packages are kept for good: each is a way back.
    artifacts = { noncurrent_days = null, redeliverable_s = 0 }
  }

  descriptions = {
    transform = "A raw file version becomes parquet, quarantine, manifest and completion event"
    report    = "A completion event becomes validation and bias summaries"
    ingest    = "By the clock: what is missing anywhere is sent again, and a sample of what is done counted again"
  }
}
