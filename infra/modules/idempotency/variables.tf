variable "name" {
  description = "Name of the table."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.name))
    error_message = "name: 3 to 255 letters, digits, _, . and -."
  }
}

variable "partition_key" {
  description = "Name of the text attribute that is the key."
  type        = string

  validation {
    condition     = length(var.partition_key) > 0
    error_message = "partition_key: not empty."
  }
}

variable "ttl_attribute" {
  description = "Name of the attribute that holds the second in which an item expires."
  type        = string

  validation {
    condition     = length(var.ttl_attribute) > 0 && var.ttl_attribute != var.partition_key
    error_message = "ttl_attribute: not empty, and not the key."
  }
}

variable "deletion_protection" {
  description = "Whether the table refuses to be deleted."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags over the provider's default ones."
  type        = map(string)
  default     = {}
}
