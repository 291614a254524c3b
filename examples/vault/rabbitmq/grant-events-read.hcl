# Read the queues of events.
# The policy of one entitlement: its own path, and what every grant's token needs.
#
#   bao policy write grant-events-read grant-events-read.hcl

path "rabbitmq/creds/events-read" {
  capabilities = ["read"]
}

# Shorten the lease to what is left of the grant, and no other lease.
path "sys/leases/renew" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id"  = ["rabbitmq/creds/events-read/*"]
    "increment" = []
  }
}

# Wrap it, to hand it over once.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
