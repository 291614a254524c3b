# Sign in to servers as ops.
# The policy of one entitlement: its own path, and what every grant's token needs.
#
#   bao policy write grant-ops grant-ops.hcl

path "ssh/issue/ops" {
  capabilities = ["update"]
}

# Shorten the lease to what is left of the grant, and no other lease.
path "sys/leases/renew" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id"  = ["ssh/issue/ops/*"]
    "increment" = []
  }
}

# Wrap it, to hand it over once.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
