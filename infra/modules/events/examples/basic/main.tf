# A bus of its own, and one rule on it that feeds a queue.

module "events" {
  source = "../.."

  bus_name     = "example-completions"
  archive_days = 7

  rules = {
    completed = {
      name            = "example-completed"
      on_own_bus      = true
      pattern         = jsonencode({ source = ["example"], detail-type = ["Done"] })
      target_id       = "report"
      target_arn      = "arn:aws:sqs:eu-west-1:123456789012:example-report"
      dlq_name        = "example-completed-dlq"
      dlq_retention_s = 1209600
      max_attempts    = 185
      max_age_s       = 86400
    }
  }
}

output "rule_arns" {
  description = "ARNs of the rules."
  value       = module.events.rule_arns
}
