output "buckets" {
  description = "The buckets' names, by purpose."
  value       = { for purpose, bucket in module.bucket : purpose => bucket.name }
}

output "queues" {
  description = "The queues' URLs, by name."
  value       = { for name, queue in module.queue : name => queue.url }
}

output "bus" {
  description = "Name of the bus that subscribers put their rules on."
  value       = module.events.bus_name
}

output "table" {
  description = "Name of the table of leases and failure records."
  value       = module.table.name
}

output "live" {
  description = "What is live, by function: the published version and the SHA-256 of its code."
  value       = { for name, function in module.function : name => function.live }
}

output "alarm_topic" {
  description = "ARN of the topic that alarms go to; subscribe a pager here."
  value       = module.observability.topic_arn
}

output "dashboards" {
  description = "Names of the dashboards."
  value       = module.observability.dashboards
}
