variable "name" {
  description = "Name of the role."
  type        = string

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.name))
    error_message = "name: 1 to 64 letters, digits and any of +=,.@_-."
  }
}

variable "description" {
  description = "What runs as this role."
  type        = string
}

variable "grants" {
  description = "What the role may do: statements with their reasons. A resource that holds a wildcard needs a wildcard_reason."
  type = list(object({
    sid             = string
    actions         = list(string)
    resources       = list(string)
    reason          = string
    wildcard_reason = optional(string)
    string_equals   = optional(map(string), {})
  }))

  validation {
    condition     = length(var.grants) > 0 && length(distinct(var.grants[*].sid)) == length(var.grants)
    error_message = "grants: at least one, each with a sid of its own."
  }

  validation {
    condition     = alltrue([for grant in var.grants : length(grant.reason) >= 10])
    error_message = "grants: each says its reason in at least ten letters."
  }

  validation {
    condition     = alltrue(flatten([for grant in var.grants : [for action in grant.actions : can(regex("^[a-z0-9-]+:[A-Za-z0-9]+$", action))]]))
    error_message = "grants: actions are named one by one (service:Action); there is no wildcard among them."
  }

  validation {
    condition = alltrue([for grant in var.grants :
      !anytrue([for resource in grant.resources : strcontains(resource, "*")]) || length(coalesce(grant.wildcard_reason, "-")) >= 10
    ])
    error_message = "grants: a resource with a wildcard needs a wildcard_reason."
  }
}

variable "permissions_boundary_arn" {
  description = "A boundary that the account's rules may ask for."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags over the provider's default ones."
  type        = map(string)
  default     = {}
}
