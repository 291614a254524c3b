#!/bin/sh
# Sets up what Daypass needs in Vault or OpenBao. Run it as an operator, with VAULT_ADDR and VAULT_TOKEN set (for
# OpenBao their BAO_ names work too). You can run it again:
#
#   DAYPASS_CIDRS=10.0.0.7/32 sh apply.sh
#
#   VAULT                 bao (the default), or vault for HashiCorp's
#   DAYPASS_CIDRS         Daypass's addresses as Vault sees them; its logins and tokens work from nowhere else
#   DAYPASS_NAMESPACE     namespace to create for Daypass: “daypass” with OpenBao, none with vault (only Enterprise
#                         has them). Leave it empty to set Daypass up in the current namespace
#   DAYPASS_SECRET_ID_TTL lifetime of the secret ids it prints: 720h. Before they expire, run it again, set the new
#                         ones, and restart Daypass. Vault cuts more than its max_lease_ttl (768h)
#   DAYPASS_LONGEST, DAYPASS_HIGH_LONGEST
#                         longest lifetime of a grant's token, whatever Daypass requests: 8h, and 2h for high and
#                         critical risk. Not less than `longest` in your policy bundle
#
# It prints Daypass's settings, with new secret ids. Each entitlement needs three more things, in the same namespace:
# its path in daypass.hcl, and
#
#   bao policy write grant-warehouse-read grant-warehouse-read.hcl
#   bao write database/roles/warehouse-read @warehouse-read.json
#
# `daypass check BUNDLE --vault` says what is missing or too wide.
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
"$vault" read transit/keys/daypass-releases >/dev/null 2>&1 || "$vault" write -f transit/keys/daypass-releases type=ecdsa-p256 >&2

# A login: its policy, the token role for grants' tokens, and an AppRole that works from Daypass's addresses only.
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
