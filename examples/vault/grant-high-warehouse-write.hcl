# Change the features of the warehouse.
# The policy of one entitlement: its own path, and what every grant's token needs.
#
#   bao policy write grant-high-warehouse-write grant-high-warehouse-write.hcl

path "database/creds/warehouse-write" {
  capabilities = ["read"]
}

# Cut the lease to what is left of the grant; no lease of anything else.
path "sys/leases/renew" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id"  = ["database/creds/warehouse-write/*"]
    "increment" = []
  }
}

# Hand it over once.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
