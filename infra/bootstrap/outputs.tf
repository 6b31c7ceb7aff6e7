output "state_bucket" {
  description = "Name of the bucket for `terraform init -backend-config=bucket=…`."
  value       = module.state.name
}

output "deploy_role_arns" {
  description = "ARNs of the workflow's roles, by environment. They may do nothing until a policy is attached: README.md."
  value       = { for env, role in aws_iam_role.deploy : env => role.arn }
}
