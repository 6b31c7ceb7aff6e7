# What each function may do, and why. infra/policy/ holds the functions' calls against it: whatever a call needs and a
# grant lacks fails a test, and so does whatever a grant has and no call needs.

locals {
  raw_arn       = module.bucket["raw"].arn
  processed_arn = module.bucket["processed"].arn

  # Where things lie in the processed bucket: shared/contracts/src/layout.ts.
  in_processed = {
    versions  = "${local.processed_arn}/processed/versions/*"
    tables    = "${local.processed_arn}/processed/versions/*/table.parquet"
    profiles  = "${local.processed_arn}/processed/versions/*/profile.json"
    manifests = "${local.processed_arn}/processed/manifests/*"
    logs      = "${local.processed_arn}/processed/logs/*"
    catalog   = "${local.processed_arn}/catalog/*"
    # processed/<dir of the raw key>/processed_<filename>.parquet, where <dir> is the uploader's.
    current = "${local.processed_arn}/processed/*processed_*.parquet"
    # What retrieval is given: sets by version, heads and deltas by raw key.
    chunks = "${local.processed_arn}/processed/rag/*"
  }

  # What a file version is reported by.
  reports = [for kind in ["validation", "bias", "report"] : "${local.processed_arn}/processed/logs/*/${kind}_*"]

  identity_is_part_of_the_key = "the identity of a file version is part of the key, and is known only when the file is there"

  # What Lambda itself needs to run any of the functions.
  platform_grants = {
    for name in keys(local.pipeline.functions) : name => [
      {
        sid             = "WriteLogs"
        actions         = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources       = ["arn:${data.aws_partition.this.partition}:logs:${var.region}:${local.account}:log-group:/aws/lambda/${local.prefix}-${name}:*"]
        reason          = "Lambda writes what the function prints into streams of its log group"
        wildcard_reason = "Lambda names the streams, one for each of its sandboxes"
      },
      {
        sid             = "SendTraces"
        actions         = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        resources       = ["*"]
        reason          = "Active tracing: Lambda sends the segments of sampled invocations"
        wildcard_reason = "X-Ray has no resources that these two actions could be narrowed to (Service Authorization Reference, AWS X-Ray)"
      },
      {
        sid       = "TakeMessages"
        actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        resources = [module.queue[local.queue_of[name]].arn]
        reason    = "Lambda's event source takes and deletes messages with this role; the function sets the visibility of what failed"
      },
    ]
  }

  function_grants = {
    transform = [
      {
        sid             = "ReadRawFiles"
        actions         = ["s3:GetObject", "s3:GetObjectVersion"]
        resources       = ["${local.raw_arn}/*"]
        reason          = "reads the version that an event names, and asks which version of a key is current"
        wildcard_reason = "uploaders choose the keys"
      },
      {
        sid       = "ListRawFiles"
        actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
        resources = [local.raw_arn]
        reason    = "lists a key's versions for promotion; without ListBucket a key that is gone answers 403 instead of 404"
      },
      {
        sid             = "ReadWhatIsDone"
        actions         = ["s3:GetObject"]
        resources       = [local.in_processed.tables, local.in_processed.profiles, local.in_processed.manifests, local.in_processed.current, local.in_processed.catalog]
        reason          = "reads manifests, the table that it promotes with its profile, and the current table, and looks for its entry; a write with If-Match needs the read as well"
        wildcard_reason = local.identity_is_part_of_the_key
      },
      {
        sid             = "WriteOutputs"
        actions         = ["s3:PutObject"]
        resources       = [local.in_processed.versions, local.in_processed.manifests, local.in_processed.current, local.in_processed.catalog]
        reason          = "writes a version's outputs and manifest, the current table of its key, and its entry for query engines"
        wildcard_reason = local.identity_is_part_of_the_key
      },
      {
        sid       = "TellAbsentFromForbidden"
        actions   = ["s3:ListBucket"]
        resources = [local.processed_arn]
        reason    = "without it a manifest or table that is not there yet answers 403 instead of 404"
      },
      {
        sid       = "HoldLeases"
        actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        resources = [module.table.arn]
        reason    = "takes, reads, completes and gives back leases; leaves failure records"
      },
      {
        sid           = "PublishCompletions"
        actions       = ["events:PutEvents"]
        resources     = [module.events.bus_arn]
        reason        = "publishes completion events, under no other service's name"
        string_equals = { "events:source" = local.pipeline.rules["transform-completed"].pattern.source[0] }
      },
    ]
    report = [
      {
        sid             = "ReadWhatIsDone"
        actions         = ["s3:GetObject"]
        resources       = [local.in_processed.tables, local.in_processed.profiles, local.in_processed.manifests, local.in_processed.logs, local.in_processed.current, local.in_processed.catalog, local.in_processed.chunks]
        reason          = "reads manifest, profile and table of a file version, and the summaries and page that are there already; of which version the current table is, and what was handed over before; which restaurants the reference data has; for the rollup, which raw keys have a table of reviews"
        wildcard_reason = local.identity_is_part_of_the_key
      },
      {
        sid             = "WriteSummaries"
        actions         = ["s3:PutObject"]
        resources       = [local.in_processed.logs]
        reason          = "writes summaries, page, comparison and history, each once; the rollup over what was read"
        wildcard_reason = "their names hold the upload's time and identity"
      },
      {
        sid             = "WriteChunks"
        actions         = ["s3:PutObject"]
        resources       = [local.in_processed.chunks]
        reason          = "writes what is handed over to retrieval: sets and deltas once, the head of a raw key over the one that was read"
        wildcard_reason = "the identity of a file version, and the hash of a raw key, are parts of the keys"
      },
      {
        sid       = "SeeWhichRawVersionIsNewest"
        actions   = ["s3:ListBucketVersions"]
        resources = [local.raw_arn]
        reason    = "looks for the newest version before one that failed its validation; reads no raw file"
      },
      {
        sid           = "PublishReports"
        actions       = ["events:PutEvents"]
        resources     = [module.events.bus_arn]
        reason        = "says that a report is ready, and what was handed over, under no other service's name"
        string_equals = { "events:source" = "tastetrend.report" }
      },
      {
        sid       = "TellAbsentFromForbidden"
        actions   = ["s3:ListBucket"]
        resources = [local.processed_arn]
        reason    = "lists the history that an upload is compared in, and what the rollup is made of; without it a summary that is not there yet answers 403 instead of 404"
      },
      {
        sid       = "LeaveFailureRecords"
        actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
        resources = [module.table.arn]
        reason    = "writes why a message failed, for the operator to read, and whose worker died of it; how far the rollup came"
      },
    ]
    ingest = local.sweep_grants
  }

  # Read with what reconcile and audit look at; nothing of it is written.
  sweep_grants = [
    {
      sid       = "ListBuckets"
      actions   = ["s3:ListBucket"]
      resources = [local.processed_arn]
      reason    = "lists manifests; without it a manifest, table or summary that is not there answers 403 instead of 404"
    },
    {
      sid       = "ListRawFiles"
      actions   = ["s3:ListBucketVersions"]
      resources = [local.raw_arn]
      reason    = "goes through the versions of all keys; their bytes it cannot read"
    },
    {
      sid             = "ReadWhatIsDone"
      actions         = ["s3:GetObject"]
      resources       = concat([local.in_processed.versions, local.in_processed.manifests, local.in_processed.current], local.reports)
      reason          = "counts outputs again, and looks whether the current table, the summaries and the page are there"
      wildcard_reason = local.identity_is_part_of_the_key
    },
    {
      sid       = "KeepCursors"
      actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      resources = [module.table.arn]
      reason    = "reads leases and failure records, notes in these what was sent again, and writes how far it came"
    },
    {
      sid       = "SendAgain"
      actions   = ["sqs:GetQueueUrl", "sqs:SendMessage"]
      resources = [module.queue["transform"].arn]
      reason    = "sends what was lost the way of an upload"
    },
  ]

  grants = { for name in keys(local.pipeline.functions) : name => concat(local.function_grants[name], local.platform_grants[name]) }
}
