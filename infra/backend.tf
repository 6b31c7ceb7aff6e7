# State of each environment lies under its own key, with S3's own lock file beside it. The bucket comes from bootstrap/;
# its name is given at init, since it holds the account's id:
#   terraform init -backend-config=env/dev.s3.tfbackend -backend-config=bucket=tastetrend-state-<account id>
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
