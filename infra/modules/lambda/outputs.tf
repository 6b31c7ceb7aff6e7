output "function_name" {
  description = "The function's name."
  value       = aws_lambda_function.this.function_name
}

output "alias_arn" {
  description = "ARN of the alias `live`."
  value       = aws_lambda_alias.this.arn
}

output "live" {
  description = "What is live: the published version's number and the SHA-256 of its code, as Lambda gives it."
  value       = { version = aws_lambda_alias.this.function_version, code_sha256 = aws_lambda_function.this.code_sha256 }
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = aws_cloudwatch_log_group.this.name
}
