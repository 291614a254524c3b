#!/bin/sh
# Sets up what Daypass needs in Vault or OpenBao. Run it as an operator (VAULT_ADDR, VAULT_TOKEN and, if
# you use one, VAULT_NAMESPACE are set; for OpenBao their BAO_ names work too), once or again:
#
#   VAULT=vault sh apply.sh      # VAULT=bao is the default
#
# It prints VAULT_ROLE_ID and a fresh VAULT_SECRET_ID for Daypass. Each entitlement needs two things more:
#
#   bao policy write grant-warehouse-read grant-warehouse-read.hcl
#   bao write database/roles/warehouse-read @warehouse-read.json
set -eu
cd "$(dirname "$0")"
vault=${VAULT:-bao}

"$vault" auth list -format=json | grep -q '"approle/"' || "$vault" auth enable approle >&2
"$vault" secrets list -format=json | grep -q '"transit/"' || "$vault" secrets enable transit >&2

"$vault" policy write daypass daypass.hcl >&2
"$vault" write auth/token/roles/daypass @token-role.json >&2
"$vault" read transit/keys/daypass-log >/dev/null 2>&1 || "$vault" write -f transit/keys/daypass-log type=ed25519 >&2
"$vault" write auth/approle/role/daypass token_policies=daypass token_ttl=1h token_no_default_policy=true >&2

echo "VAULT_ROLE_ID=$("$vault" read -field=role_id auth/approle/role/daypass/role-id)"
echo "VAULT_SECRET_ID=$("$vault" write -f -field=secret_id auth/approle/role/daypass/secret-id)"
