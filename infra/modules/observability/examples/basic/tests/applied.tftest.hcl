run "applied" {
  assert {
    condition     = contains(output.alarms, "example-dev-dlq-not-empty-transform-dlq") && contains(output.alarms, "example-dev-no-upload")
    error_message = "There is an alarm for each dead-letter queue, and one for a day without uploads."
  }
}
