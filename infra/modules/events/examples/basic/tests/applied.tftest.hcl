run "applied" {
  assert {
    condition     = output.rule_arns == { completed = "arn:aws:events:eu-west-1:123456789012:rule/example-completions/example-completed" }
    error_message = "The rule is on its bus."
  }
}
