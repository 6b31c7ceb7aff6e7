variable "env" {
  description = "The environment: part of every name, and the key of its state."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.env)) && var.env != "local"
    error_message = "env: a lower-case letter, then 1 to 11 letters or digits, such as dev; local is the name of the local stack."
  }
}

variable "lambda_version" {
  description = "Number of the package that is live: packaged from this checkout when the artifacts bucket has none under it, taken from there otherwise. An earlier number is a rollback."
  type        = string

  validation {
    condition     = can(regex("^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$", var.lambda_version))
    error_message = "lambda_version: <major>.<minor>, such as 0.2."
  }
}

variable "reuse_package" {
  description = "Deploy what lies under lambda_version whatever this checkout's sources are: for a rollback from a work tree that was never released."
  type        = bool
  default     = false
}

variable "project" {
  description = "First part of every name. The tastetrend command and the sweep look for the one in pipeline.json."
  type        = string
  default     = "tastetrend"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.project))
    error_message = "project: a lower-case letter, then 1 to 19 letters, digits or hyphens."
  }
}

variable "region" {
  description = "Where everything is."
  type        = string
  default     = "eu-west-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-\\d$", var.region))
    error_message = "region: such as eu-west-1."
  }
}

variable "raw_noncurrent_days" {
  description = "Days that superseded and deleted raw files are kept, for redrives, replays and reprocessing."
  type        = number
  default     = 45

  validation {
    condition     = var.raw_noncurrent_days >= 45
    error_message = "raw_noncurrent_days: at least 45, or a redrive of a dead letter finds nothing."
  }
}

variable "log_retention_days" {
  description = "Days that the functions' log lines are kept."
  type        = number
  default     = 30
}

variable "traced" {
  description = "Whether X-Ray traces the functions: docs/cost.md says what it costs, and that logs and metrics say the same."
  type        = bool
  default     = true
}

variable "archive_days" {
  description = "Days that completion events can be replayed from the bus's archive."
  type        = number
  default     = 14
}

variable "protected" {
  description = "Whether buckets with objects and the table refuse to be destroyed."
  type        = bool
  default     = true
}

variable "alarm_emails" {
  description = "Who is told of alarms and of the budget; each confirms once, by a link that AWS mails."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", address))])
    error_message = "alarm_emails: mail addresses."
  }
}

variable "monthly_budget_usd" {
  description = "Monthly cost in USD past which (80 % forecast, 100 % actual) the alarm topic is told; null for no budget."
  type        = number
  default     = null

  validation {
    condition     = var.monthly_budget_usd == null ? true : var.monthly_budget_usd > 0
    error_message = "monthly_budget_usd: more than 0, or null."
  }
}

variable "audit_trail" {
  description = "Whether CloudTrail records every access to objects of the raw and processed buckets. Costs about 0.10 USD per 100,000 accesses."
  type        = bool
  default     = false
}

variable "permissions_boundary_arn" {
  description = "A boundary for the functions' roles, where the account asks for one."
  type        = string
  default     = null
}
