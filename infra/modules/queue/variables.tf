variable "name" {
  description = "Name of the queue."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,80}$", var.name))
    error_message = "name: 1 to 80 letters, digits, _ and -."
  }
}

variable "dlq_name" {
  description = "Name of its dead-letter queue."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,80}$", var.dlq_name)) && var.dlq_name != var.name
    error_message = "dlq_name: 1 to 80 letters, digits, _ and -, and not the queue's own name."
  }
}

variable "visibility_timeout_s" {
  description = "Seconds that a message is out of sight once received: 6 × the function's timeout, and the batching window."
  type        = number

  validation {
    condition     = var.visibility_timeout_s <= 43200 && var.visibility_timeout_s >= 6 * var.function_timeout_s + var.batching_window_s
    error_message = "visibility_timeout_s: at least 6 × function_timeout_s + batching_window_s, at most 43200, or Lambda delivers a message again that it is still working on."
  }
}

variable "function_timeout_s" {
  description = "Timeout of the function that the queue feeds."
  type        = number

  validation {
    condition     = var.function_timeout_s >= 1 && var.function_timeout_s <= 900
    error_message = "function_timeout_s: 1 to 900."
  }
}

variable "batching_window_s" {
  description = "Seconds that Lambda may wait for a batch to fill."
  type        = number
  default     = 0

  validation {
    condition     = var.batching_window_s >= 0 && var.batching_window_s <= 300
    error_message = "batching_window_s: 0 to 300."
  }
}

variable "retention_s" {
  description = "Seconds that a message is kept."
  type        = number

  validation {
    condition     = var.retention_s >= 60 && var.retention_s <= 1209600
    error_message = "retention_s: 60 to 1209600 (14 days)."
  }
}

variable "dlq_retention_s" {
  description = "Seconds that the DLQ keeps a message. SQS counts from when it was first sent, so no less than the queue's."
  type        = number

  validation {
    condition     = var.dlq_retention_s >= var.retention_s && var.dlq_retention_s <= 1209600
    error_message = "dlq_retention_s: from retention_s to 1209600 (14 days)."
  }
}

variable "max_receive_count" {
  description = "Receives after which a message goes to the DLQ."
  type        = number

  validation {
    condition     = var.max_receive_count >= 3 && var.max_receive_count <= 1000
    error_message = "max_receive_count: 3 to 1000; a throttled function costs a message a receive."
  }
}

variable "sender_rule_arns" {
  description = "ARNs of the EventBridge rules that send to the queue."
  type        = list(string)

  validation {
    condition     = length(var.sender_rule_arns) > 0
    error_message = "sender_rule_arns: at least one; a queue that nobody may send to stays empty."
  }
}

variable "tags" {
  description = "Tags over the provider's default ones."
  type        = map(string)
  default     = {}
}
