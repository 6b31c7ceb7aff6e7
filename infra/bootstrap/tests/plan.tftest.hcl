mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
  }
}

run "no_role_without_a_repository" {
  command = plan

  assert {
    condition     = length(aws_iam_role.deploy) == 0
    error_message = "Nobody deploys unless that is asked for."
  }
}

run "one_role_an_environment" {
  variables {
    github_repository = "example/pipeline"
  }

  assert {
    condition     = jsondecode(aws_iam_role.deploy["prod"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:example/pipeline:environment:prod"
    error_message = "Only that repository's environment may take the role."
  }
}
