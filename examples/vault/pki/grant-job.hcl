# Call internal services.
# The policy of one entitlement: its own path, and what every grant's token needs.
#
#   bao policy write grant-job grant-job.hcl

path "pki/issue/job" {
  capabilities = ["update"]
}

# Shorten the lease to what is left of the grant, and no other lease.
path "sys/leases/renew" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id"  = ["pki/issue/job/*"]
    "increment" = []
  }
}

# Wrap it, to hand it over once.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
