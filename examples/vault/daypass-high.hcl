# What Daypass's second login may do: make the tokens of grants that are of high or critical risk, whose policies
# are called grant-high-*, and check its own set-up. All else, ending them too, is for the everyday login.
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
