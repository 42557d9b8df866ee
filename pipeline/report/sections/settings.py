"""How the result was made: the run, its parameters, and the versions of programs."""

from pipeline.report.inputs import Settings
from pipeline.report.section import Content


def content(run_id: str, settings: Settings) -> Content:
    """Return run, parameters and versions."""
    return Content({"run_id": run_id, "params": settings.params, "versions": settings.versions})
