# The pipeline in one environment: three buckets, a queue and a function for each step, the bus between them, the table of
# leases, and what an operator looks at. What is called how, and every timing, stands in shared/contracts/pipeline.json.

module "bucket" {
  source   = "./modules/s3"
  for_each = local.pipeline.buckets

  bucket          = local.bucket_names[each.key]
  versioned       = each.value.versioned
  event_bridge    = each.value.event_bridge
  noncurrent_days = local.bucket_lifecycles[each.key].noncurrent_days
  redeliverable_s = local.bucket_lifecycles[each.key].redeliverable_s
  force_destroy   = !var.protected
  tags            = { service = each.key }
}

module "queue" {
  source   = "./modules/queue"
  for_each = local.pipeline.queues

  name                 = "${local.prefix}-${each.key}"
  visibility_timeout_s = each.value.visibility_timeout_s
  retention_s          = each.value.retention_s
  max_receive_count    = each.value.max_receive_count
  dlq_name             = "${local.prefix}-${each.value.dlq}"
  dlq_retention_s      = local.pipeline.dead_letter_queues[each.value.dlq].retention_s
  function_timeout_s   = local.pipeline.functions[each.value.function].timeout_s
  batching_window_s    = local.pipeline.functions[each.value.function].batching_window_s
  sender_rule_arns     = concat([for name, rule in local.pipeline.rules : local.rule_arns[name] if rule.queue == each.key], [for name, schedule in local.pipeline.schedules : local.schedule_arns[name] if schedule.queue == each.key])
  tags                 = { service = each.value.function }
}

module "events" {
  source = "./modules/events"

  bus_name     = "${local.prefix}-${local.pipeline.bus}"
  archive_days = var.archive_days
  rules        = merge(local.rules, local.schedules)
}

module "table" {
  source = "./modules/idempotency"

  name                = "${local.prefix}-${local.pipeline.table.name}"
  partition_key       = local.pipeline.table.partition_key
  ttl_attribute       = local.pipeline.table.ttl_attribute
  deletion_protection = var.protected
}

module "catalog" {
  source = "./modules/catalog"

  database         = replace(local.prefix, "-", "_")
  processed_bucket = local.bucket_names.processed
  tables           = jsondecode(file("${path.module}/../shared/contracts/schemas/tables.json"))
}

module "role" {
  source   = "./modules/iam"
  for_each = local.pipeline.functions

  name                     = "${local.prefix}-${each.key}"
  description              = "Runs ${local.prefix}-${each.key}"
  grants                   = local.grants[each.key]
  permissions_boundary_arn = var.permissions_boundary_arn
  tags                     = { service = each.key }
}

module "function" {
  source   = "./modules/lambda"
  for_each = local.pipeline.functions

  function_name        = "${local.prefix}-${each.key}"
  description          = local.descriptions[each.key]
  role_arn             = module.role[each.key].role_arn
  package              = { bucket = module.bucket["artifacts"].name, key = local.package_keys[each.key] }
  package_version      = var.lambda_version
  memory_mb            = each.value.memory_mb
  timeout_s            = each.value.timeout_s
  ephemeral_storage_mb = each.value.ephemeral_storage_mb
  log_retention_days   = var.log_retention_days
  traced               = var.traced
  tags                 = { service = each.key }

  # The list of shared/aws/src/configuration.ts.
  environment = {
    ENVIRONMENT                  = var.env
    RAW_BUCKET                   = local.bucket_names.raw
    PROCESSED_BUCKET             = local.bucket_names.processed
    EVENT_BUS_NAME               = module.events.bus_name
    TABLE_NAME                   = module.table.name
    QUEUE_URL                    = module.queue[local.queue_of[each.key]].url
    TIME_FACTOR                  = "1"
    NODE_OPTIONS                 = local.node_options[each.key]
    POWERTOOLS_SERVICE_NAME      = each.key
    POWERTOOLS_METRICS_NAMESPACE = local.pipeline.emf_namespace
  }

  event_source = {
    queue_arn           = module.queue[local.queue_of[each.key]].arn
    batch_size          = each.value.batch_size
    batching_window_s   = each.value.batching_window_s
    maximum_concurrency = each.value.maximum_concurrency
  }

  # The zip must lie there before Lambda fetches it.
  depends_on = [terraform_data.release]
}

module "audit" {
  source = "./modules/audit"
  count  = var.audit_trail ? 1 : 0

  name          = "${local.prefix}-audit"
  trail_bucket  = "${local.prefix}-audit-${local.account}"
  bucket_arns   = [module.bucket["raw"].arn, module.bucket["processed"].arn]
  partition     = data.aws_partition.this.partition
  region        = var.region
  account_id    = local.account
  keep_days     = 365
  force_destroy = !var.protected
  tags          = { service = "audit" }
}

module "observability" {
  source = "./modules/observability"

  prefix             = local.prefix
  env                = var.env
  region             = var.region
  namespace          = local.pipeline.emf_namespace
  functions          = { for name in keys(local.pipeline.functions) : name => module.function[name].function_name }
  queues             = { for name, queue in local.pipeline.queues : queue.function => module.queue[name].name }
  dead_letter_queues = merge({ for name, queue in module.queue : "${name}-dlq" => queue.dlq_name }, { for name, dlq in module.events.dlq_names : "${name}-dlq" => dlq })
  bucket_names       = { raw = local.bucket_names.raw, processed = local.bucket_names.processed }
  table_name         = module.table.name
  alarm_emails       = var.alarm_emails
  monthly_budget_usd = var.monthly_budget_usd
  visibility_s       = { for name, queue in local.pipeline.queues : queue.function => queue.visibility_timeout_s }
}
