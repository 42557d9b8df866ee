"""python -m stages.localize CORPUS HEADS NETWORK OUT: experiments on where people hear a sound."""

from functools import partial

from heschl.localize import network as listener
from heschl.localize import output
from heschl.localize.measure import chosen, measure_all
from heschl.localize.params import LocalizeParams
from heschl.machine import device_of, load_machine
from heschl.network.saved import load_network
from heschl.params import load
from heschl.rooms.params import RoomsParams
from heschl.stage import Stage


def main() -> None:
    """Repeat published experiments with a network that names directions; write tables to OUT."""
    with Stage("localize", "CORPUS", "HEADS", "NETWORK", "OUT") as stage:
        corpus, heads, network, out = stage.paths
        params, rooms = load("localize", LocalizeParams), load("rooms", RoomsParams)
        experiments, task = chosen(params.experiments), listener.placed_task(network)
        results, left_out = {}, {}
        if task:
            device = device_of(load_machine())
            hearing = load_network(network, device)
            setting = listener.setting_of(hearing, task, params, rooms, heads, corpus)
            hear = partial(listener.probabilities, hearing, task, device)
            results, left_out = measure_all(experiments, setting, hear, params)
        files = output.write(out, results, left_out, "" if task else listener.NONE)
        output.log((network / "run_id").read_text(), results, files)
        stage.result(output.summary_line(results, left_out, listener.NONE))


if __name__ == "__main__":
    main()
