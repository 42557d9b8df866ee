"""A command on a Dask cluster whose workers are SLURM jobs of one core each, which dask-jobqueue submits.

    . launch/tls.sh work/dask/keys
    python launch/jobqueue.py 64 dvc repro shards

64 is the number of workers. Run it in the project's top folder, which all nodes see. Partition, account,
memory and time of a job are those of dask-jobqueue: ~/.config/dask/jobqueue.yaml. Jobs that reach their time
are not submitted again: choose it longer than the command takes. When it ends, the jobs are canceled.
"""

import os
import subprocess
import sys

from dask import config
from dask_jobqueue import SLURMCluster

from heschl.cluster import THREADS

MEMORY = "4GB"  # of a worker, unless jobqueue.yaml says otherwise
LOCAL = "127.0.0.1:0"  # where state can be looked at without keys

if len(sys.argv) < 3 or not sys.argv[1].isdigit():
    sys.exit("usage: python launch/jobqueue.py WORKERS COMMAND...")
if "DASK_DISTRIBUTED__COMM__TLS__CA_FILE" not in os.environ:
    sys.exit(
        "Without keys anyone on the network could run code as you. First: . launch/tls.sh work/dask/keys"
    )

with SLURMCluster(
    cores=1,
    processes=1,
    memory=config.get("jobqueue.slurm.memory") or MEMORY,
    protocol="tls://",
    scheduler_options={"dashboard": False, "dashboard_address": LOCAL},
    worker_extra_args=["--no-dashboard", "--dashboard-address", LOCAL],
    job_script_prologue=[f"export {name}=1" for name in THREADS],
) as cluster:
    cluster.scale(int(sys.argv[1]))
    environment = os.environ | {"HESCHL_DASK": cluster.scheduler_address}
    code = subprocess.run(sys.argv[2:], env=environment).returncode
sys.exit(code)
