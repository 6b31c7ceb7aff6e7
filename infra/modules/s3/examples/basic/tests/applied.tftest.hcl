run "applied" {
  assert {
    condition     = output.name == "example-raw-123456789012"
    error_message = "The bucket's name ends with the account."
  }
}
