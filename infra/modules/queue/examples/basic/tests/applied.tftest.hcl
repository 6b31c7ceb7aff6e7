run "applied" {
  assert {
    condition     = output.url == "https://sqs.eu-west-1.amazonaws.com/123456789012/example-work"
    error_message = "The queue has the name."
  }
}
