# Three dashboards: is it flowing, is the data good, what does it cost. Each widget is a list of metrics in CloudWatch's
# own form: [namespace, name, dimension, value, ..., options].

locals {
  widget_width  = 8
  widget_height = 6

  transform = ["service", "transform", "environment", var.env]
  report    = ["service", "report", "environment", var.env]
  ingest    = ["service", "ingest", "environment", var.env]

  # By restaurant and by rule: the name, the statistic that is shown of it, and the widget's title.
  searches = {
    accepted    = { name = "RestaurantRowsAccepted", by = "restaurant", stat = "Sum", title = "Rows accepted, by restaurant" }
    quarantined = { name = "RestaurantRowsQuarantined", by = "restaurant", stat = "Maximum", title = "% of rows quarantined, the worst file, by restaurant" }
    unreadable  = { name = "RestaurantValuesUnreadable", by = "restaurant", stat = "Maximum", title = "% of ratings and dates unreadable, the worst file, by restaurant" }
    rules       = { name = "ValuesUnreadable", by = "rule", stat = "Sum", title = "Values unreadable, by rule" }
  }

  searched = {
    for key, search in local.searches : key => {
      title = search.title
      metrics = [[{
        id         = key
        label      = ""
        expression = "SEARCH('{${var.namespace},\"environment\",\"${search.by}\",\"service\"} MetricName=\"${search.name}\" service=\"report\" environment=\"${var.env}\"', '${search.stat}', 300)"
      }]]
    }
  }

  widgets = {
    glance = [
      {
        title = "Files by outcome"
        metrics = [
          for outcome in ["Processed", "Rejected", "Gone", "Ignored"] : concat([var.namespace, "Files${outcome}"], local.transform, [{ stat = "Sum", label = lower(outcome) }])
        ]
      },
      {
        title = "Seconds from upload to report"
        metrics = [
          for stat in ["p50", "p95", "Maximum"] : concat([var.namespace, "UploadToReportAge"], local.report, [{ stat = stat, label = stat }])
        ]
      },
      {
        title = "Age of the oldest message"
        metrics = [
          for function, queue in var.queues : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue, { stat = "Maximum", label = function }]
        ]
      },
      {
        title = "Messages in dead-letter queues: 0, or read docs/runbook.md"
        metrics = [
          for key, queue in var.dead_letter_queues : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue, { stat = "Maximum", label = key }]
        ]
      },
      {
        title = "Failed deliveries, to be tried again"
        metrics = [
          concat([var.namespace, "TransformFailures"], local.transform, [{ stat = "Sum", label = "transform" }]),
          concat([var.namespace, "ReportFailures"], local.report, [{ stat = "Sum", label = "report" }]),
          concat([var.namespace, "IngestFailures"], local.ingest, [{ stat = "Sum", label = "ingest" }]),
        ]
      },
      {
        title = "Functions that died, or were refused"
        metrics = concat(
          [for function, name in var.functions : ["AWS/Lambda", "Errors", "FunctionName", name, { stat = "Sum", label = "${function} died" }]],
          [for function, name in var.functions : ["AWS/Lambda", "Throttles", "FunctionName", name, { stat = "Sum", label = "${function} throttled" }]],
        )
      },
      {
        title = "Milliseconds by stage, p95"
        metrics = concat(
          [for stage in ["Download", "Clean", "Store", "Publish"] : concat([var.namespace, "${stage}Duration"], local.transform, [{ stat = "p95", label = lower(stage) }])],
          [concat([var.namespace, "ReportDuration"], local.report, [{ stat = "p95", label = "report" }])],
          [concat([var.namespace, "HandoffDuration"], local.report, [{ stat = "p95", label = "hand-off" }])],
        )
      },
      {
        title = "Chunks handed over to retrieval"
        metrics = [
          concat([var.namespace, "ChunksUpserted"], local.report, [{ stat = "Sum", label = "new texts" }]),
          concat([var.namespace, "ChunksUpdated"], local.report, [{ stat = "Sum", label = "updates, nothing to embed" }]),
          concat([var.namespace, "ChunksRemoved"], local.report, [{ stat = "Sum", label = "removed" }]),
        ]
      },
      {
        title = "Repeated and replayed deliveries, waits for a lease"
        metrics = [
          concat([var.namespace, "DeliveriesRepeated"], local.transform, [{ stat = "Sum", label = "transform, repeated" }]),
          concat([var.namespace, "DeliveriesReplayed"], local.transform, [{ stat = "Sum", label = "transform, replayed" }]),
          concat([var.namespace, "LeaseWaits"], local.transform, [{ stat = "Sum", label = "waits for a lease" }]),
          concat([var.namespace, "ReportDeliveriesRepeated"], local.report, [{ stat = "Sum", label = "report, repeated" }]),
        ]
      },
      {
        title = "What the sweep found missing and sent again, and what it left dead"
        metrics = [
          concat([var.namespace, "SweepVersionsSent"], local.ingest, [{ stat = "Sum", label = "sent again" }]),
          concat([var.namespace, "SweepVersionsDead"], local.ingest, [{ stat = "Sum", label = "dead" }]),
          concat([var.namespace, "SweepsDone"], local.ingest, [{ stat = "Sum", label = "sweeps" }]),
        ]
      },
      {
        title = "What the sweep looked at, and its milliseconds"
        metrics = [
          concat([var.namespace, "SweepVersionsLookedAt"], local.ingest, [{ stat = "Sum", label = "file versions" }]),
          concat([var.namespace, "AuditedManifests"], local.ingest, [{ stat = "Sum", label = "manifests" }]),
          concat([var.namespace, "SweepDuration"], local.ingest, [{ stat = "Maximum", label = "milliseconds" }]),
        ]
      },
      {
        title = "Files removed, and events of deletions"
        metrics = [
          concat([var.namespace, "FilesRemoved"], local.transform, [{ stat = "Sum", label = "removed" }]),
          concat([var.namespace, "DeletionsSettled"], local.transform, [{ stat = "Sum", label = "events" }]),
        ]
      },
      {
        title = "Batches at work"
        metrics = [
          for function, name in var.functions : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", name, { stat = "Maximum", label = function }]
        ]
      },
    ]

    quality = [
      {
        title = "Rows by fate"
        metrics = [
          for fate in ["Accepted", "Duplicate", "Quarantined"] : concat([var.namespace, "Rows${fate}"], local.transform, [{ stat = "Sum", label = lower(fate) }])
        ]
      },
      {
        title = "Reports by what the checks say"
        metrics = [
          for status in ["pass", "warn", "fail"] : concat([var.namespace, "ReportsWritten"], local.report, ["status", status, { stat = "Sum", label = status }])
        ]
      },
      {
        title = "Rows that do not add up: 0, or read docs/runbook.md"
        metrics = [
          concat([var.namespace, "ConservationFailures"], local.report, [{ stat = "Sum", label = "conservation failures" }]),
          concat([var.namespace, "AuditFailures"], local.ingest, [{ stat = "Sum", label = "audit failures" }]),
        ]
      },
      local.searched.accepted,
      local.searched.quarantined,
      local.searched.unreadable,
      local.searched.rules,
      {
        title = "Differences between groups that bias summaries flag"
        metrics = [
          concat([var.namespace, "BiasFlags"], local.report, [{ stat = "Sum", label = "flags" }]),
          concat([var.namespace, "BiasFlags"], local.report, [{ stat = "SampleCount", label = "uploads measured" }]),
        ]
      },
    ]

    cost = [
      {
        title = "Bytes read"
        metrics = [
          concat([var.namespace, "BytesRead"], local.transform, [{ stat = "Sum", label = "bytes" }]),
        ]
      },
      {
        title = "Invocations"
        metrics = [
          for function, name in var.functions : ["AWS/Lambda", "Invocations", "FunctionName", name, { stat = "Sum", label = function }]
        ]
      },
      {
        title = "Milliseconds that functions ran"
        metrics = [
          for function, name in var.functions : ["AWS/Lambda", "Duration", "FunctionName", name, { stat = "Sum", label = function }]
        ]
      },
      {
        title = "Bytes stored"
        metrics = [
          for purpose, name in var.bucket_names : ["AWS/S3", "BucketSizeBytes", "BucketName", name, "StorageType", "StandardStorage", { stat = "Average", period = 86400, label = purpose }]
        ]
      },
      {
        title = "Units written to the table"
        metrics = [
          ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", var.table_name, { stat = "Sum", label = "write units" }],
        ]
      },
      {
        title = "Rows read: what the cost is divided by"
        metrics = [
          concat([var.namespace, "RowsRead"], local.transform, [{ stat = "Sum", label = "rows" }]),
        ]
      },
    ]
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  for_each = local.widgets

  dashboard_name = "${var.prefix}-${each.key}"

  dashboard_body = jsonencode({
    widgets = [
      for at, widget in each.value : {
        type   = "metric"
        x      = (at % 3) * local.widget_width
        y      = floor(at / 3) * local.widget_height
        width  = local.widget_width
        height = local.widget_height
        properties = {
          title   = widget.title
          region  = var.region
          view    = "timeSeries"
          period  = 300
          metrics = widget.metrics
        }
      }
    ]
  })
}
