# Read the orders.
# The policy of one entitlement: its own path, and what every grant's token needs.
#
#   bao policy write grant-orders-read grant-orders-read.hcl

path "database/creds/orders-read" {
  capabilities = ["read"]
}

# Shorten the lease to what is left of the grant, and no other lease.
path "sys/leases/renew" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id"  = ["database/creds/orders-read/*"]
    "increment" = []
  }
}

# Wrap it, to hand it over once.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
