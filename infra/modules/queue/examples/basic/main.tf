# A queue that one rule sends to, for a function of up to a minute.

module "queue" {
  source = "../.."

  name                 = "example-work"
  dlq_name             = "example-work-dlq"
  function_timeout_s   = 60
  visibility_timeout_s = 360
  retention_s          = 345600
  dlq_retention_s      = 1209600
  max_receive_count    = 5
  sender_rule_arns     = ["arn:aws:events:eu-west-1:123456789012:rule/example"]
}

output "url" {
  description = "The queue's URL."
  value       = module.queue.url
}
