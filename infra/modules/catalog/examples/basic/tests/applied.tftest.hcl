run "applied" {
  assert {
    condition     = output.database == "example_reviews"
    error_message = "The database has the name."
  }
}
