# Keys for a Dask cluster, so that only its own processes can connect. Sourced: . launch/tls.sh FOLDER
# Anyone who can connect to a Dask scheduler can run code as its user. The key is in FOLDER, which only you can
# read and all machines must see. Those that are there are used, unless they end within ten days.
heschl_keys=$(realpath -m "$1")
(
  umask 077
  mkdir -p "$heschl_keys"
  openssl x509 -checkend 864000 -noout -in "$heschl_keys/cert.pem" > /dev/null 2>&1 ||
    { openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=heschl \
        -keyout "$heschl_keys/key.pem" -out "$heschl_keys/cert.new" 2> "$heschl_keys/log" &&
        mv "$heschl_keys/cert.new" "$heschl_keys/cert.pem"; } ||
    cat "$heschl_keys/log" >&2
)
export DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=True
export DASK_DISTRIBUTED__COMM__TLS__CA_FILE=$heschl_keys/cert.pem
for heschl_process in SCHEDULER WORKER CLIENT; do
  export "DASK_DISTRIBUTED__COMM__TLS__${heschl_process}__CERT=$heschl_keys/cert.pem"
  export "DASK_DISTRIBUTED__COMM__TLS__${heschl_process}__KEY=$heschl_keys/key.pem"
done
unset heschl_process
[ -e "$heschl_keys/cert.pem" ]
