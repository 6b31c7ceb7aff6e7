# The role of one Lambda function, with one inline policy. Every grant says why it is there, and one whose resource holds
# a wildcard says why that cannot be narrower.

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = var.description
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RunAsLambda"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "work"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for grant in var.grants : merge(
      {
        Sid      = grant.sid
        Effect   = "Allow"
        Action   = sort(grant.actions)
        Resource = sort(grant.resources)
      },
      length(grant.string_equals) == 0 ? {} : { Condition = { StringEquals = grant.string_equals } },
    )]
  })
}
