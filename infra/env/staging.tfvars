env                = "staging"
log_retention_days = 14
archive_days       = 14
protected          = false
