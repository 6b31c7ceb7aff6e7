#!/usr/bin/env bash
# Deploys a version to an environment: deliver.sh ENV VERSION [BUCKET TO PROMOTE FROM]. With a bucket, the zips are copied
# from there and compared, and nothing is built here; without one they are released from this checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
env=$1 version=$2 from=${3:-}
bucket=${STATE_BUCKET:?the bucket that holds the state}
to=${from/-*-artifacts-/-$env-artifacts-}
given=(-input=false -var-file="env/$env.tfvars" -var "lambda_version=$version")
cd infra
terraform init -input=false -backend-config="env/$env.s3.tfbackend" -backend-config="bucket=$bucket"
if [ -n "$from" ]; then
  # At an environment's first time there is no bucket to copy into yet.
  terraform apply -auto-approve "${given[@]}" -target='module.bucket["artifacts"]'
  node ../scripts/release.mjs promote --from "$from" --to "$to" --version "$version"
fi
terraform apply -auto-approve "${given[@]}"
terraform output live
