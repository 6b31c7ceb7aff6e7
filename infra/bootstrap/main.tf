# Once in an account, before anything else: the bucket that holds Terraform's state of every environment, and the role
# that the delivery workflow takes by GitHub's OIDC token, so that no key is stored anywhere. Its own state stays on the
# machine that runs it; lose it, and import the bucket.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}

module "state" {
  source = "../modules/s3"

  bucket          = "${var.project}-state-${data.aws_caller_identity.this.account_id}"
  versioned       = true
  noncurrent_days = 365
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.github_repository == null ? 0 : 1

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "deploy" {
  for_each = var.github_repository == null ? toset([]) : var.environments

  name                 = "${var.project}-${each.key}-deploy"
  description          = "What the delivery workflow applies ${each.key} as"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ThisRepositorysEnvironment"
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.github[0].arn }
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:${var.github_repository}:environment:${each.key}"
        }
      }
    }]
  })
}
