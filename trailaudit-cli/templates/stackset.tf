# Makes the role that `trailaudit` reads with in every account of an organization, by a CloudFormation stack set. Apply it in
# the management account, or with delegated administration of stack sets.
#
#   trailaudit audit --role-name @FULL_NAME@ --out DIR
#
# A stack set leaves the management account out; trailaudit reads that one with its caller's own permissions
# (`trailaudit init role --policy caller`).

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.70"
    }
  }
}

variable "organization_id" {
  description = "The organization that who enters must belong to"
  type        = string
}

variable "organizational_unit_ids" {
  description = "Where the role is made: the root (r-...) for every account"
  type        = list(string)
}

variable "auditor_principal" {
  description = "Who may enter: the account that audits by its id, or the ARN of the one role or user there"
  type        = string
}

variable "external_id" {
  description = "What who enters must say (--external-id)"
  type        = string
  default     = ""
  sensitive   = true
}

variable "source_identity" {
  description = "What who enters must be called (--source-identity), such as *@example.com"
  type        = string
  default     = ""
}

variable "region" {
  description = "Where the stacks are kept; IAM has no Regions, so one is enough"
  type        = string
  default     = "us-east-1"
}

resource "aws_cloudformation_stack_set" "trailaudit" {
  name             = "trailaudit"
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  parameters = {
    AuditorPrincipal = var.auditor_principal
    OrganizationId   = var.organization_id
    ExternalId       = var.external_id
    SourceIdentity   = var.source_identity
    RoleName         = "@ROLE_NAME@"
    RolePath         = "@ROLE_PATH@"
  }

  template_body = <<-YAML
@TEMPLATE@
  YAML

  lifecycle {
    # CloudFormation names one by itself where stacks are service-managed.
    ignore_changes = [administration_role_arn]
  }
}

resource "aws_cloudformation_stack_instances" "trailaudit" {
  stack_set_name = aws_cloudformation_stack_set.trailaudit.name
  regions        = [var.region]

  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }
}

output "role_name" {
  value = "@FULL_NAME@"
}
