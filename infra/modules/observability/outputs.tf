output "topic_arn" {
  description = "ARN of the topic that alarms and the budget go to."
  value       = aws_sns_topic.this.arn
}

output "dashboards" {
  description = "Names of the dashboards."
  value       = [for dashboard in aws_cloudwatch_dashboard.this : dashboard.dashboard_name]
}

output "alarms" {
  description = "Names of the alarms."
  value = concat(
    [for alarm in aws_cloudwatch_metric_alarm.simple : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.failure_rate : alarm.alarm_name],
    [aws_cloudwatch_metric_alarm.no_upload.alarm_name],
  )
}
