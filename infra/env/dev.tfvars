env                = "dev"
log_retention_days = 7
archive_days       = 7
protected          = false
