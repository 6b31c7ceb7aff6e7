env                = "prod"
log_retention_days = 90
archive_days       = 45
protected          = true
audit_trail        = true
monthly_budget_usd = 200
