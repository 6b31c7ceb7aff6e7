# Packages and uploads lambda_version, unless the artifacts bucket has it. A package is never built twice or overwritten,
# so the object's key is all that a deploy depends on; other sources under a number that is taken are refused, and the
# next free number is named. infra/src/release.ts does it.

locals {
  repository = abspath("${path.module}/..")

  package_keys = { for name in keys(local.pipeline.functions) : name => "lambda/${name}-${var.lambda_version}.zip" }

  # What a function's bytes are made of. Tests are not among it.
  source_folders = concat([for name in keys(local.pipeline.functions) : "services/${name}"], ["shared/aws", "shared/contracts"])

  source_files = sort(distinct(concat(
    flatten([for folder in local.source_folders : [
      for pattern in ["package.json", "pipeline.json", "src/**", "kernels/*.ts"] : [for file in fileset(local.repository, "${folder}/${pattern}") : file]
    ]]),
    [for file in ["package-lock.json", "scripts/bundle.mjs", "scripts/kernels.mjs", "scripts/package.mjs"] : file],
  )))

  source_sha256 = sha256(join("\n", [for file in local.source_files :
    "${file} ${filesha256("${local.repository}/${file}")}" if !can(regex("\\.(test|fixture)\\.ts$|/test-data/|golden\\.json$", file))
  ]))
}

resource "terraform_data" "release" {
  triggers_replace = {
    bucket  = module.bucket["artifacts"].name
    version = var.lambda_version
    sources = var.reuse_package ? "whatever was released" : local.source_sha256
  }

  provisioner "local-exec" {
    working_dir = local.repository
    command     = "node scripts/release.mjs"

    environment = {
      RELEASE_BUCKET         = module.bucket["artifacts"].name
      RELEASE_VERSION        = var.lambda_version
      RELEASE_SOURCES_SHA256 = local.source_sha256
      RELEASE_REUSE          = var.reuse_package ? "yes" : "no"
      AWS_REGION             = var.region
    }
  }
}
