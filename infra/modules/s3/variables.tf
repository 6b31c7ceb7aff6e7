variable "bucket" {
  description = "Name of the bucket; unique in all of AWS, so it ends with the account's id."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket: 3 to 63 lower-case letters, digits and hyphens (no dots: TLS certificates do not cover them)."
  }
}

variable "versioned" {
  description = "Whether an overwritten or deleted object stays as a noncurrent version."
  type        = bool
}

variable "event_bridge" {
  description = "Whether S3 tells EventBridge what happens in the bucket."
  type        = bool
  default     = false
}

variable "noncurrent_days" {
  description = "Days that noncurrent versions are kept; null keeps them for good."
  type        = number
  default     = null

  validation {
    condition     = var.noncurrent_days == null ? true : var.versioned && var.noncurrent_days >= 1
    error_message = "noncurrent_days: at least 1, and only for a versioned bucket."
  }

  validation {
    condition     = var.noncurrent_days == null ? true : var.noncurrent_days * 86400 > var.redeliverable_s
    error_message = "noncurrent_days: a message about a version may still be delivered after ${var.redeliverable_s} s; keep noncurrent versions longer, or a redrive finds nothing."
  }
}

variable "redeliverable_s" {
  description = "Seconds after an upload in which a message about it may still be delivered: queue and DLQ retention together. 0 when no messages are about this bucket's objects."
  type        = number
  default     = 0

  validation {
    condition     = var.redeliverable_s >= 0
    error_message = "redeliverable_s: 0 or more seconds."
  }
}

variable "expirations" {
  description = "What expires by itself: a prefix and a number of days, by the rule's name."
  type        = map(object({ prefix = string, days = number }))
  default     = {}

  validation {
    condition     = alltrue([for rule in var.expirations : rule.days >= 1 && rule.prefix != ""])
    error_message = "expirations: each needs a prefix that is not empty and at least 1 day."
  }
}

variable "abort_multipart_days" {
  description = "Days after which an upload in parts that nobody finished is dropped."
  type        = number
  default     = 7

  validation {
    condition     = var.abort_multipart_days >= 1 && var.abort_multipart_days <= 30
    error_message = "abort_multipart_days: 1 to 30."
  }
}

variable "more_policy_statements_json" {
  description = "More statements of the bucket's policy, as a JSON list: what an AWS service needs that writes here."
  type        = string
  default     = "[]"

  validation {
    condition     = can(tolist(jsondecode(var.more_policy_statements_json)))
    error_message = "more_policy_statements_json: a JSON list."
  }
}

variable "force_destroy" {
  description = "Whether destroying the bucket deletes what is in it. For environments that hold nothing of worth."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags over the provider's default ones."
  type        = map(string)
  default     = {}
}
