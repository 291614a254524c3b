# Change the features of the warehouse.
# The policy of one entitlement: its own path, and what every grant's token needs.
#
#   bao policy write grant-high-warehouse-write grant-high-warehouse-write.hcl

path "database/creds/warehouse-write" {
  capabilities = ["read"]
}

# Shorten the lease to what is left of the grant, and no other lease.
path "sys/leases/renew" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id"  = ["database/creds/warehouse-write/*"]
    "increment" = []
  }
}

# Wrap it, to hand it over once.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
