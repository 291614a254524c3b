#!/bin/sh
# Lets Vault's own approvers authorize credentials. Run it as an operator after ../apply.sh, in the namespace that it
# created for Daypass, with VAULT_ADDR, VAULT_TOKEN and VAULT_NAMESPACE set (for OpenBao their BAO_ names work too).
# You can run it again; run it after each ../apply.sh:
#
#   VAULT_NAMESPACE=daypass sh setup.sh
#
#   VAULT                 bao (the default), or vault for HashiCorp's Enterprise
#   DAYPASS_PEOPLE        what your people's Slack user ids begin with: U*,W*
#
# Approvers sign in to this namespace, with a sign-in of its own (OpenID Connect, LDAP, …) whose role gives the policy
# `approvers`. Then, for each of them, and for each requester:
#
#   bao write identity/group name=data-owners member_entity_ids=…,…
#   bao write identity/entity-alias name=U0REQUESTER canonical_id=… mount_accessor=…
#
# The alias is the requester's Slack user id, on the mount whose accessor this script prints, for the entity by which
# they sign in.
set -eu
cd "$(dirname "$0")"
vault=${VAULT:-bao}

"$vault" policy write daypass-quorum daypass-quorum.hcl >&2
"$vault" policy write approvers approvers.hcl >&2
"$vault" write auth/token/roles/daypass-high allowed_entity_aliases="${DAYPASS_PEOPLE:-U*,W*}" >&2
"$vault" write auth/approle/role/daypass-high token_policies=daypass-high,daypass-quorum >&2
"$vault" read -field=accessor sys/auth/token
