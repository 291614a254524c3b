# Read the personal data of the warehouse, once two of its owners have authorized it in Vault.
# As ../grant-high-warehouse-pii.hcl, with a control group. Without ttl, reading would return nothing.
#
#   bao policy write grant-high-warehouse-pii grant-high-warehouse-pii.hcl

path "database/creds/warehouse-pii" {
  capabilities = ["read"]
  control_group = {
    ttl = "1h"
    factor "owners" {
      controlled_capabilities = ["read"]
      identity {
        group_names = ["data-owners"]
        approvals   = 2
      }
    }
  }
}

# Shorten the lease to what is left of the grant, and no other lease.
path "sys/leases/renew" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id"  = ["database/creds/warehouse-pii/*"]
    "increment" = []
  }
}

# Wrap it, to hand it over once.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
