# What an operator of one environment sees.

module "observability" {
  source = "../.."

  prefix             = "example-dev"
  env                = "dev"
  region             = "eu-west-1"
  namespace          = "Example"
  functions          = { transform = "example-dev-transform", report = "example-dev-report", ingest = "example-dev-ingest" }
  queues             = { transform = "example-dev-transform", report = "example-dev-report", ingest = "example-dev-ingest" }
  visibility_s       = { transform = 1800, report = 720, ingest = 1800 }
  dead_letter_queues = { transform-dlq = "example-dev-transform-dlq" }
  bucket_names       = { raw = "example-dev-raw" }
  table_name         = "example-dev-pipeline"
  alarm_emails       = ["operator@example.com"]
  monthly_budget_usd = 10
}

output "alarms" {
  description = "Names of the alarms."
  value       = module.observability.alarms
}
