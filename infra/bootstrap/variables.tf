variable "project" {
  description = "First part of every name."
  type        = string
  default     = "tastetrend"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.project))
    error_message = "project: a lower-case letter, then 1 to 19 letters, digits or hyphens."
  }
}

variable "region" {
  description = "Where the state is."
  type        = string
  default     = "eu-west-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-\\d$", var.region))
    error_message = "region: such as eu-west-1."
  }
}

variable "github_repository" {
  description = "<owner>/<name> of the repository whose workflow deploys; null makes no role for one."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository == null ? true : can(regex("^[\\w.-]+/[\\w.-]+$", var.github_repository))
    error_message = "github_repository: <owner>/<name>."
  }
}

variable "environments" {
  description = "Environments that the workflow deploys, each with a role of its own."
  type        = set(string)
  default     = ["dev", "staging", "prod"]

  validation {
    condition     = alltrue([for env in var.environments : can(regex("^[a-z][a-z0-9]{1,11}$", env))])
    error_message = "environments: such as dev."
  }
}
