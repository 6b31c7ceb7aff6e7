run "applied" {
  assert {
    condition     = output.arn == "arn:aws:dynamodb:eu-west-1:123456789012:table/example-leases"
    error_message = "The table has the name."
  }
}
