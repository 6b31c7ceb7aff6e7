variable "name" {
  description = "Name of the trail."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9._-]{2,127}$", var.name))
    error_message = "name: 3 to 128 letters, digits, ., _ and -."
  }
}

variable "trail_bucket" {
  description = "Name of the bucket that is made for the records."
  type        = string
}

variable "bucket_arns" {
  description = "ARNs of the buckets whose objects are watched."
  type        = list(string)

  validation {
    condition     = length(var.bucket_arns) > 0
    error_message = "bucket_arns: at least one."
  }
}

variable "partition" {
  description = "AWS partition, such as aws."
  type        = string
}

variable "region" {
  description = "Region of the trail."
  type        = string
}

variable "account_id" {
  description = "The account whose accesses are recorded."
  type        = string

  validation {
    condition     = can(regex("^\\d{12}$", var.account_id))
    error_message = "account_id: 12 digits."
  }
}

variable "keep_days" {
  description = "Days that records are kept."
  type        = number

  validation {
    condition     = var.keep_days >= 1
    error_message = "keep_days: at least 1."
  }
}

variable "force_destroy" {
  description = "Whether destroying the bucket deletes the records in it."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags over the provider's default ones."
  type        = map(string)
  default     = {}
}
