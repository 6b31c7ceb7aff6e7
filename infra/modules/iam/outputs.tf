output "role_arn" {
  description = "The role's ARN. Known when its policy is in place, so that a function that needs it waits for both."
  value       = aws_iam_role.this.arn
  depends_on  = [aws_iam_role_policy.this]
}

output "role_name" {
  description = "The role's name."
  value       = aws_iam_role.this.name
}
