# Read the partner's API key.
# The policy of one entitlement: its own path, and what every grant's token needs.
#
#   bao policy write grant-partner-key grant-partner-key.hcl

path "kv/data/partner-key" {
  capabilities = ["read"]
}

# Shorten the lease to what is left of the grant, and no other lease.
path "sys/leases/renew" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id"  = ["kv/data/partner-key/*"]
    "increment" = []
  }
}

# Wrap it, to hand it over once.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
