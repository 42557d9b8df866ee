#!/bin/bash
# An MLflow server for several machines: runs in PostgreSQL, files in a bucket, users with passwords.
#   export MLFLOW_BACKEND_STORE_URI=postgresql+psycopg://USER:PASSWORD@HOST/DATABASE
#   export MLFLOW_ARTIFACTS_DESTINATION=s3://BUCKET/FOLDER
#   launch/server.sh [--host 127.0.0.1] [--port 5000] [further options of mlflow server]
# The first start with an empty database makes the user admin, with the password in work/server/password. Users,
# tables and files survive a restart. Only this machine can connect, unless --host says otherwise: see docs/server.md first.
set -euo pipefail
cd "$(dirname "$0")/.."
[ ! -e .venv ] || . .venv/bin/activate
: "${MLFLOW_BACKEND_STORE_URI:?is not set; for example postgresql+psycopg://heschl@127.0.0.1/mlflow}"
: "${MLFLOW_ARTIFACTS_DESTINATION:?is not set; for example s3://bucket/mlflow}"

umask 077
here=${HESCHL_SERVER:-work/server}
mkdir -p "$here"
for secret in password key; do
  [ -s "$here/$secret" ] ||
    python -c 'import secrets; print(secrets.token_urlsafe(24))' > "$here/$secret"
done
cat > "$here/auth.ini" <<END
[mlflow]
default_permission = EDIT
database_uri = ${MLFLOW_BACKEND_STORE_URI//%/%%}
admin_username = admin
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
auth_cache_ttl_seconds = 60
END
export MLFLOW_AUTH_CONFIG_PATH=$(realpath "$here")/auth.ini
export MLFLOW_AUTH_ADMIN_PASSWORD=$(< "$here/password")
export MLFLOW_FLASK_SERVER_SECRET_KEY=$(< "$here/key")
export MLFLOW_DISABLE_TELEMETRY=true
exec mlflow server --app-name basic-auth --host 127.0.0.1 --port 5000 "$@"
