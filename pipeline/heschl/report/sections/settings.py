"""How the result was made: the run, when and on what, its parameters, and the versions of programs."""

from heschl.report.inputs import Settings
from heschl.report.section import Content
from heschl.report.text.origin import described
from heschl.tracking import Origin


def content(run_id: str, settings: Settings, origin: Origin | None = None) -> Content:
    """Return run, origin, parameters and versions."""
    context = {"run_id": run_id, "params": settings.params, "versions": settings.versions}
    return Content(context | {"origin": described(origin)})
