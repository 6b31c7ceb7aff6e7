variable "prefix" {
  description = "<project>-<env>: the first part of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]+$", var.prefix))
    error_message = "prefix: lower-case letters, digits and hyphens."
  }
}

variable "env" {
  description = "The environment, as the functions write it into their metrics' dimension."
  type        = string
}

variable "region" {
  description = "Region whose metrics the dashboards show."
  type        = string
}

variable "namespace" {
  description = "Namespace of the functions' own metrics."
  type        = string

  validation {
    condition     = !startswith(var.namespace, "AWS/") && length(var.namespace) > 0
    error_message = "namespace: our own, so not empty and not under AWS/."
  }
}

variable "functions" {
  description = "Names of the functions, by service."
  type        = map(string)

  validation {
    condition     = length(setsubtract(["transform", "report", "ingest"], keys(var.functions))) == 0
    error_message = "functions: transform, report and ingest are among them."
  }
}

variable "queues" {
  description = "Names of the queues that feed the functions, by service."
  type        = map(string)

  validation {
    condition     = length(setsubtract(keys(var.functions), keys(var.queues))) == 0
    error_message = "queues: one for each function."
  }
}

variable "visibility_s" {
  description = "Visibility timeouts of those queues, by service: how long a function that died keeps a message from view."
  type        = map(number)

  validation {
    condition     = alltrue([for seconds in var.visibility_s : seconds >= 1])
    error_message = "visibility_s: at least 1 s each."
  }
}

variable "dead_letter_queues" {
  description = "Names of all dead-letter queues, those of the rules' targets among them, by a short name."
  type        = map(string)

  validation {
    condition     = length(var.dead_letter_queues) > 0
    error_message = "dead_letter_queues: at least one."
  }
}

variable "bucket_names" {
  description = "Names of the buckets whose size is shown."
  type        = map(string)
}

variable "table_name" {
  description = "Name of the table of leases."
  type        = string
}

variable "alarm_emails" {
  description = "Who is told by mail."
  type        = set(string)
  default     = []
}

variable "monthly_budget_usd" {
  description = "Monthly cost past which the topic is told; null for no budget."
  type        = number
  default     = null
}
