# What Daypass's second login can do: create the tokens of grants of high and critical risk, whose policies are
# called grant-high-*, and check its own setup. The everyday login does everything else, including ending them.
#
#   bao policy write daypass-high daypass-high.hcl

path "auth/token/create/daypass-high" {
  capabilities = ["update"]
}
path "auth/token/roles/daypass-high" {
  capabilities = ["read"]
}
path "auth/approle/role/daypass-high" {
  capabilities = ["read"]
}
path "auth/approle/role/daypass-high/secret-id/lookup" {
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
