# A function of a package that lies in a bucket already.

module "function" {
  source = "../.."

  function_name   = "example-report"
  description     = "An example"
  role_arn        = "arn:aws:iam::123456789012:role/example-report"
  package         = { bucket = "example-artifacts", key = "lambda/report-0.2.zip" }
  package_version = "0.2"
  memory_mb       = 512
  timeout_s       = 60
  environment     = { ENVIRONMENT = "example" }

  event_source = {
    queue_arn           = "arn:aws:sqs:eu-west-1:123456789012:example-work"
    batch_size          = 10
    batching_window_s   = 0
    maximum_concurrency = 2
  }
}

output "live" {
  description = "What is live."
  value       = module.function.live
}
