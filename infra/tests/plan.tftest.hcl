# Portable: needs neither AWS nor the stand-in, since every value of the provider is made up.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  env            = "dev"
  lambda_version = "0.2"
}

run "names_and_keys" {
  command = plan

  assert {
    condition     = local.bucket_names == { raw = "tastetrend-dev-raw-111122223333", processed = "tastetrend-dev-processed-111122223333", artifacts = "tastetrend-dev-artifacts-111122223333" }
    error_message = "Buckets are <project>-<env>-<purpose>-<account id>."
  }

  assert {
    condition     = local.package_keys == { transform = "lambda/transform-0.2.zip", report = "lambda/report-0.2.zip", ingest = "lambda/ingest-0.2.zip" }
    error_message = "A deploy depends on the package's key."
  }

  assert {
    condition     = jsondecode(local.patterns["raw-object-created"]).detail.bucket.name == ["tastetrend-dev-raw-111122223333"]
    error_message = "The rule hears of the raw bucket alone."
  }

  assert {
    condition     = local.redeliverable_s <= 45 * 86400
    error_message = "45 days are longer than any message lives."
  }
}

run "no_tests_among_the_sources" {
  command = plan

  assert {
    condition     = contains(local.source_files, "shared/contracts/pipeline.json") && contains(local.source_files, "services/transform/kernels/index.ts")
    error_message = "The description and the kernels are part of a package."
  }
}

run "an_environment_named_local" {
  command = plan

  variables {
    env = "local"
  }

  expect_failures = [var.env]
}

run "a_version_of_npm" {
  command = plan

  variables {
    lambda_version = "0.2.0"
  }

  expect_failures = [var.lambda_version]
}

run "raw_versions_that_a_redrive_would_miss" {
  command = plan

  variables {
    raw_noncurrent_days = 30
  }

  expect_failures = [var.raw_noncurrent_days]
}

run "production_is_protected" {
  command = plan

  variables {
    env                = "prod"
    audit_trail        = true
    monthly_budget_usd = 200
  }

  assert {
    condition     = length(module.audit) == 1
    error_message = "Accesses to objects are recorded."
  }
}
