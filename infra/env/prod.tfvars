env                = "prod"
log_retention_days = 90
archive_days       = 45
protected          = true
audit_trail        = true
monthly_budget_usd = 200
# Below one file a second each would be traced, 6 % of what it costs; the steps' times are in the logs and metrics anyway.
traced = false
