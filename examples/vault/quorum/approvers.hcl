# What approvers can do in Daypass's namespace: read a request, and authorize it. Give it by their sign-in's role
# (token_policies), never by an entity or a group: a grant's token has the policies of its requester's entity and groups.
#
#   bao policy write approvers approvers.hcl

path "sys/control-group/request" {
  capabilities = ["update"]
}
path "sys/control-group/authorize" {
  capabilities = ["update"]
}
