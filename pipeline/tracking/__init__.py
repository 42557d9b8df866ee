"""MLflow: the only package that imports it."""

from pipeline.tracking.run import *  # noqa: F403
