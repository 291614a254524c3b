# What Daypass's everyday login can do in Vault or OpenBao. It reads no secret path: a credential is read with a
# token for one grant, which has that grant's policy (grant-*.hcl) and ends with the grant.
#
#   bao policy write daypass daypass.hcl
#
# The policy bundle's paths appear in four places below, here as database/creds/warehouse-*. Add each further path
# to all four. allowed_parameters lists the values that a call's body can have: a path of its own
# (sys/leases/revoke/…) wouldn't limit it, because the body's lease_id overrides the address.

# Create the tokens of grants, through a token role that allows grant-* policies and no grant-high-* ones.
path "auth/token/create/daypass" {
  capabilities = ["update"]
}

# End them, and find those whose creation was interrupted. With a namespace of its own, Daypass reaches only its own
# tokens; without one, it reaches every token of this Vault, root's included.
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

# End the leases of the bundle's paths, confirm that they are gone, and compare them with the ledger.
path "sys/leases/revoke" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id" = ["database/creds/warehouse-*"]
    "sync"     = []
  }
}
path "sys/leases/lookup" {
  capabilities = ["update"]
  allowed_parameters = {
    "lease_id" = ["database/creds/warehouse-*"]
  }
}
path "sys/leases/lookup/database/creds/warehouse-*" {
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

# Sign attestations of releases (DAYPASS_ATTESTATION_KEY).
path "transit/sign/daypass-releases" {
  capabilities = ["update"]
}
path "transit/keys/daypass-releases" {
  capabilities = ["read"]
}

# Check the setup (daypass check BUNDLE --vault): the token roles, whether each grant-* policy allows what it must,
# how long a role's credentials can last, and when Daypass's own secret id expires.
path "auth/token/roles/daypass" {
  capabilities = ["read"]
}
path "database/roles/warehouse-*" {
  capabilities = ["read"]
}
path "auth/approle/role/daypass" {
  capabilities = ["read"]
}
path "auth/approle/role/daypass/secret-id/lookup" {
  capabilities = ["update"]
}
path "sys/capabilities-accessor" {
  capabilities = ["update"]
}
path "sys/capabilities-self" {
  capabilities = ["update"]
}
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}
