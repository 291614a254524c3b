# Act as the service account trainer.
# The policy of one entitlement: its own path, and what every grant's token needs.
#
#   bao policy write grant-trainer grant-trainer.hcl

path "kubernetes/creds/trainer" {
  capabilities = ["update"]
}

# Shorten the lease to what is left of the grant, and no other lease.
path "sys/leases/renew" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id"  = ["kubernetes/creds/trainer/*"]
    "increment" = []
  }
}

# Wrap it, to hand it over once.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
