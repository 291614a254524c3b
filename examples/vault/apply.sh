#!/bin/sh
# Sets up what Daypass needs in Vault or OpenBao. Run it as an operator (VAULT_ADDR and VAULT_TOKEN are set, for
# OpenBao their BAO_ names work too), once or again:
#
#   DAYPASS_CIDRS=10.0.0.7/32 sh apply.sh
#
#   VAULT                 bao (the default), or vault for HashiCorp's
#   DAYPASS_CIDRS         addresses that Vault sees Daypass come from; its logins and tokens work from nowhere else
#   DAYPASS_NAMESPACE     namespace to make for Daypass: “daypass” with OpenBao, none with vault (only Enterprise has
#                         them). Set it to nothing to set Daypass up where you are
#   DAYPASS_SECRET_ID_TTL how long the secret ids that it prints can log in: 720h. Run it again before, set the new
#                         ones, restart Daypass. Longer than Vault's max_lease_ttl (768h) is cut by Vault
#   DAYPASS_LONGEST, DAYPASS_HIGH_LONGEST
#                         how long a token of a grant lives at most, whatever Daypass asks for: 8h, and 2h for what
#                         is of high or critical risk. No less than `longest` in your policy bundle
#
# It prints Daypass's settings, with fresh secret ids. Each entitlement needs three things more, in the same namespace:
# its path in daypass.hcl, and
#
#   bao policy write grant-warehouse-read grant-warehouse-read.hcl
#   bao write database/roles/warehouse-read @warehouse-read.json
#
# `daypass check BUNDLE --vault` says what is missing, and what is wider than it has to be.
set -eu
cd "$(dirname "$0")"
vault=${VAULT:-bao}
cidrs=${DAYPASS_CIDRS:?"name the addresses that Daypass logs in from, such as 10.0.0.7/32"}
secret_id_ttl=${DAYPASS_SECRET_ID_TTL:-720h}

case ${vault##*/} in bao) usual=daypass ;; *) usual= ;; esac
own=${DAYPASS_NAMESPACE-$usual}
if [ -n "$own" ]; then
  "$vault" namespace lookup "$own" >/dev/null 2>&1 || "$vault" namespace create "$own" >/dev/null
  parent=${BAO_NAMESPACE:-${VAULT_NAMESPACE:-}}
  VAULT_NAMESPACE=${parent:+${parent%/}/}$own
  BAO_NAMESPACE=$VAULT_NAMESPACE
  export VAULT_NAMESPACE BAO_NAMESPACE
fi

"$vault" auth list -format=json | grep -q '"approle/"' || "$vault" auth enable approle >&2
"$vault" secrets list -format=json | grep -q '"transit/"' || "$vault" secrets enable transit >&2
"$vault" read transit/keys/daypass-log >/dev/null 2>&1 || "$vault" write -f transit/keys/daypass-log type=ed25519 >&2

# A login: its policy, the token role that it makes grants' tokens by, and an AppRole that works from Daypass's
# addresses alone.
login() {
  "$vault" policy write "$1" "$1.hcl" >&2
  "$vault" write "auth/token/roles/$1" "@$2" >&2
  "$vault" write "auth/token/roles/$1" token_explicit_max_ttl="$3" token_bound_cidrs="$cidrs" >&2
  "$vault" write "auth/approle/role/$1" token_policies="$1" token_ttl=1h token_no_default_policy=true \
    secret_id_ttl="$secret_id_ttl" secret_id_bound_cidrs="$cidrs" token_bound_cidrs="$cidrs" >&2
}
login daypass token-role.json "${DAYPASS_LONGEST:-8h}"
login daypass-high token-role-high.json "${DAYPASS_HIGH_LONGEST:-2h}"

role_id() { "$vault" read -field=role_id "auth/approle/role/$1/role-id"; }
secret_id() { "$vault" write -f -field=secret_id "auth/approle/role/$1/secret-id"; }
if [ -n "${BAO_NAMESPACE:-${VAULT_NAMESPACE:-}}" ]; then
  echo "VAULT_NAMESPACE=${BAO_NAMESPACE:-$VAULT_NAMESPACE}"
fi
echo "VAULT_ROLE_ID=$(role_id daypass)"
echo "VAULT_SECRET_ID=$(secret_id daypass)"
echo "VAULT_HIGH_ROLE_ID=$(role_id daypass-high)"
echo "VAULT_HIGH_SECRET_ID=$(secret_id daypass-high)"
