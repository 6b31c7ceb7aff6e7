output "bus_name" {
  description = "Name of the bus."
  value       = aws_cloudwatch_event_bus.this.name
}

output "bus_arn" {
  description = "ARN of the bus: what a publisher may put events on."
  value       = aws_cloudwatch_event_bus.this.arn
}

output "rule_arns" {
  description = "ARNs of the rules, by their names in the description: who may send to a queue."
  value       = { for key, rule in aws_cloudwatch_event_rule.this : key => rule.arn }
}

output "dlq_names" {
  description = "Names of the rules' dead-letter queues, by the rules' names in the description."
  value       = { for key, queue in aws_sqs_queue.dlq : key => queue.name }
}
