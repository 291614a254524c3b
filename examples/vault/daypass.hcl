# What Daypass itself may do in Vault or OpenBao. It reads no secret path: a credential is read with a
# token made for one grant, which has that grant's policy (grant-*.hcl) and dies with the grant.
#
#   bao policy write daypass daypass.hcl

# Make the tokens of grants, through one token role that allows only grant-* policies.
path "auth/token/create/daypass" {
  capabilities = ["update"]
}

# End them, and find those whose minting was cut short.
path "auth/token/revoke-accessor" {
  capabilities = ["update"]
}
path "auth/token/lookup-accessor" {
  capabilities = ["update"]
}
path "auth/token/accessors" {
  capabilities = ["list", "sudo"]
}
path "auth/token/accessors/" {
  capabilities = ["list", "sudo"]
}

# End leases, confirm that they are gone, and compare what is there with the ledger.
path "sys/leases/revoke" {
  capabilities = ["update"]
}
path "sys/leases/lookup" {
  capabilities = ["update"]
}
path "sys/leases/lookup/*" {
  capabilities = ["list", "sudo"]
}
path "sys/leases" {
  capabilities = ["read", "sudo"]
}

# Sign the audit log's checkpoints.
path "transit/sign/daypass-log" {
  capabilities = ["update"]
}
path "transit/keys/daypass-log" {
  capabilities = ["read"]
}

# Check the set-up at start: the token role, and that each grant-* policy allows what it must.
path "auth/token/roles/daypass" {
  capabilities = ["read"]
}
path "sys/capabilities-accessor" {
  capabilities = ["update"]
}
path "sys/capabilities-self" {
  capabilities = ["update"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}
