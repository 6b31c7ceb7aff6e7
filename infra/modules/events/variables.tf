variable "bus_name" {
  description = "Name of the bus that completion events go over."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9._-]{1,48}$", var.bus_name)) && var.bus_name != "default"
    error_message = "bus_name: 1 to 48 letters, digits, ., _ and - (its archive has the same name), and not default."
  }
}

variable "archive_days" {
  description = "Days that the bus's archive keeps events for a replay."
  type        = number

  validation {
    condition     = var.archive_days >= 1
    error_message = "archive_days: at least 1; 0 would keep events for good."
  }
}

variable "rules" {
  description = "The rules by their names in the description: pattern (JSON) or schedule, whether it is on this bus or on the account's default one (a schedule's only place), the queue it feeds, its DLQ and retries."
  type = map(object({
    name            = string
    on_own_bus      = bool
    pattern         = optional(string)
    schedule        = optional(string)
    target_id       = string
    target_arn      = string
    dlq_name        = string
    dlq_retention_s = number
    max_attempts    = number
    max_age_s       = number
  }))

  validation {
    condition     = alltrue([for rule in var.rules : rule.pattern == null || (can(jsondecode(rule.pattern)) && !strcontains(coalesce(rule.pattern, "{}"), "{bucket:"))])
    error_message = "rules: each pattern is JSON with the buckets' names filled in."
  }

  validation {
    condition     = alltrue([for rule in var.rules : (rule.pattern == null) != (rule.schedule == null) && !(rule.schedule != null && rule.on_own_bus)])
    error_message = "rules: each has a pattern or a schedule; a schedule is on the default bus."
  }

  validation {
    condition     = alltrue([for rule in var.rules : rule.max_attempts >= 0 && rule.max_attempts <= 185 && rule.max_age_s >= 60 && rule.max_age_s <= 86400])
    error_message = "rules: max_attempts is 0 to 185, max_age_s 60 to 86400."
  }
}

variable "tags" {
  description = "Tags over the provider's default ones."
  type        = map(string)
  default     = {}
}
