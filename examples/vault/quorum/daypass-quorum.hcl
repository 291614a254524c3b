# What Daypass's second login can do besides, so that Vault's own approvers can authorize credentials: see that its
# policies ask for them, whether Vault knows the requester, and who has authorized a request. It can authorize nothing.
#
#   bao policy write daypass-quorum daypass-quorum.hcl

path "sys/control-group/request" {
  capabilities = ["update"]
}
path "identity/lookup/entity" {
  capabilities = ["update"]
}

# Check the setup (daypass check BUNDLE --vault): no policy for grants opens a path that another one guards, and no group
# gives its members rights.
path "identity/lookup/group" {
  capabilities = ["update"]
}
path "sys/policies/acl" {
  capabilities = ["list"]
}
path "sys/policies/acl/grant-*" {
  capabilities = ["read"]
}
