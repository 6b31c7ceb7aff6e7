run "applied" {
  assert {
    condition     = output.role_arn == "arn:aws:iam::123456789012:role/example-reader"
    error_message = "The role has the name."
  }
}
