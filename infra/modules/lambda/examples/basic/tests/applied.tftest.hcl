run "applied" {
  assert {
    condition     = output.live.version == "1"
    error_message = "A version is published, and the alias is at it."
  }
}
