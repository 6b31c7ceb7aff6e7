# A function that reads one prefix of a bucket and sends traces.

module "role" {
  source = "../.."

  name        = "example-reader"
  description = "Runs example-reader"

  grants = [
    {
      sid             = "Read"
      actions         = ["s3:GetObject"]
      resources       = ["arn:aws:s3:::example-raw/in/*"]
      reason          = "reads what was put in"
      wildcard_reason = "whoever puts it in chooses the key"
    },
    {
      sid           = "Publish"
      actions       = ["events:PutEvents"]
      resources     = ["arn:aws:events:eu-west-1:123456789012:event-bus/example"]
      reason        = "tells that it is done"
      string_equals = { "events:source" = "example.reader" }
    },
  ]
}

output "role_arn" {
  description = "ARN of the role."
  value       = module.role.role_arn
}
