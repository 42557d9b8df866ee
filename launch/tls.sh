# Keys for a Dask cluster, so that only its own processes can connect. Sourced: . launch/tls.sh FOLDER
# Anyone who can connect to a Dask scheduler can run code as its user. The key is in FOLDER, which only you can
# read and all machines must see; if there is one, it is used.
keys=$(realpath -m "$1")
(
  umask 077
  mkdir -p "$keys"
  [ -e "$keys/cert.pem" ] ||
    { openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=heschl \
        -keyout "$keys/key.pem" -out "$keys/cert.new" 2> "$keys/log" && mv "$keys/cert.new" "$keys/cert.pem"; } ||
    cat "$keys/log" >&2
)
export DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=True
export DASK_DISTRIBUTED__COMM__TLS__CA_FILE=$keys/cert.pem
for process in SCHEDULER WORKER CLIENT; do
  export "DASK_DISTRIBUTED__COMM__TLS__${process}__CERT=$keys/cert.pem"
  export "DASK_DISTRIBUTED__COMM__TLS__${process}__KEY=$keys/key.pem"
done
