mock_provider "aws" {}

variables {
  name        = "reader"
  description = "Runs reader"
  grants = [{
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::b/k"]
    reason    = "reads what was put in"
  }]
}

run "one_statement_a_grant" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement == [{ Sid = "Read", Effect = "Allow", Action = ["s3:GetObject"], Resource = ["arn:aws:s3:::b/k"] }]
    error_message = "The policy is the grants, and nothing else."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal == { Service = "lambda.amazonaws.com" }
    error_message = "Lambda alone may take the role."
  }
}

run "no_wildcard_action" {
  command = plan

  variables {
    grants = [{ sid = "All", actions = ["s3:*"], resources = ["arn:aws:s3:::b/k"], reason = "would like to do anything" }]
  }

  expect_failures = [var.grants]
}

run "no_wildcard_resource_without_a_reason" {
  command = plan

  variables {
    grants = [{ sid = "All", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::b/*"], reason = "would like to read all" }]
  }

  expect_failures = [var.grants]
}

run "no_grant_without_a_reason" {
  command = plan

  variables {
    grants = [{ sid = "All", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::b/k"], reason = "because" }]
  }

  expect_failures = [var.grants]
}
