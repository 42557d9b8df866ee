#!/bin/bash
# The pipeline, with training in processes of torchrun. Run it in the project's top folder, which all
# machines share:
#   bash launch/torchrun.sh 4 [-S train.epochs=20 ...]        4 processes on this machine
#   NODES=2 FIRST=host0 bash launch/torchrun.sh 4 [-S ...]    on host0: the pipeline, 4 of 8 processes
#   NODES=2 FIRST=host0 NODE=1 bash launch/torchrun.sh 4      on the second machine: the other 4

processes=${1:?processes of each machine}
shift
nodes=${NODES:-1} node=${NODE:-0}
launch=(torchrun --nnodes="$nodes" --node-rank="$node" --nproc-per-node="$processes"
  --master-addr="${FIRST:-localhost}" --master-port="${PORT:-29500}" --rdzv-conf=timeout=86400
  --signals-to-handle=SIGTERM,SIGINT,SIGHUP,SIGQUIT,SIGUSR1)

. .venv/bin/activate
export HESCHL_MACHINE="{<<: ${HESCHL_MACHINE:-{\}}, devices: $processes, num_nodes: $nodes, launch: [$(printf '"%s",' "${launch[@]}")]}"
if [ "$node" -gt 0 ]; then
  HESCHL_LAUNCHED=1 exec "${launch[@]}" -m stages.train data/shards models/network
fi
if [ $# -gt 0 ]; then exec dvc exp run "$@"; else exec dvc repro; fi
