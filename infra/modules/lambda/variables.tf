variable "function_name" {
  description = "Name of the function; its log group is /aws/lambda/<name>."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.function_name))
    error_message = "function_name: 1 to 64 letters, digits, _ and -."
  }
}

variable "description" {
  description = "What the function does, in a line."
  type        = string
}

variable "role_arn" {
  description = "ARN of the role that it runs as."
  type        = string
}

variable "package" {
  description = "The zip: bucket and key. A key is never overwritten, so that another key means another code, and the same key the same."
  type        = object({ bucket = string, key = string })

  validation {
    condition     = endswith(var.package.key, ".zip")
    error_message = "package: the key ends with .zip."
  }
}

variable "package_version" {
  description = "The package's version, for the alias's description."
  type        = string

  validation {
    condition     = can(regex("^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$", var.package_version))
    error_message = "package_version: <major>.<minor>, such as 0.2."
  }
}

variable "memory_mb" {
  description = "Memory in MB; processor time goes with it."
  type        = number

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "memory_mb: 128 to 10240."
  }
}

variable "timeout_s" {
  description = "Seconds after which an invocation is ended."
  type        = number

  validation {
    condition     = var.timeout_s >= 1 && var.timeout_s <= 900
    error_message = "timeout_s: 1 to 900."
  }
}

variable "ephemeral_storage_mb" {
  description = "Size of /tmp in MB."
  type        = number
  default     = 512

  validation {
    condition     = var.ephemeral_storage_mb >= 512 && var.ephemeral_storage_mb <= 10240
    error_message = "ephemeral_storage_mb: 512 to 10240."
  }
}

variable "environment" {
  description = "What the function is told. No secrets: those are read from Secrets Manager by name."
  type        = map(string)

  validation {
    condition     = alltrue([for name in keys(var.environment) : !can(regex("(?i)(secret|password|token|api_?key)$", name))])
    error_message = "environment: no secrets; give the name of a secret in Secrets Manager instead."
  }
}

variable "event_source" {
  description = "The queue that feeds the function, and how: messages a batch, seconds to wait for them, batches at once."
  type = object({
    queue_arn           = string
    batch_size          = number
    batching_window_s   = number
    maximum_concurrency = number
  })

  validation {
    condition     = var.event_source.batch_size >= 1 && (var.event_source.batch_size <= 10 || (var.event_source.batch_size <= 10000 && var.event_source.batching_window_s >= 1))
    error_message = "event_source: batch_size is 1 to 10000, and over 10 needs a batching window of at least 1 s."
  }

  validation {
    condition     = var.event_source.maximum_concurrency >= 2 && var.event_source.maximum_concurrency <= 1000
    error_message = "event_source: maximum_concurrency is 2 to 1000."
  }
}

variable "traced" {
  description = "Whether X-Ray traces by itself: the first invocation of each second and 5 % beyond, a rate that a function's owner cannot change. Otherwise only what a sampled caller hands on, and a queue hands on nothing."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "Days that log lines are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: one of the numbers that CloudWatch Logs takes (1, 3, 5, 7, 14, 30, 60, 90, ...)."
  }
}

variable "tags" {
  description = "Tags over the provider's default ones."
  type        = map(string)
  default     = {}
}
