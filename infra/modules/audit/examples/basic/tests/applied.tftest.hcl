run "applied" {
  assert {
    condition     = output.trail_arn == "arn:aws:cloudtrail:eu-west-1:123456789012:trail/example-audit"
    error_message = "The trail has the ARN that its bucket's policy names."
  }
}
