"""Messages of Lightning and MLflow that do not concern a training of this pipeline."""

import logging
import warnings

LOGGERS = ("pytorch_lightning", "pytorch_lightning.utilities.rank_zero", "mlflow", "alembic")
WARNINGS = (
    ".*does not have many workers.*",
    ".*dataloader is not resumable.*",  # it is: its position follows from the step
    ".*srun. command is available.*",
    ".*treespec, LeafSpec.*",
    ".*exists and is not empty.*",
    ".*in eval mode at the start of training.*",  # layers that are not trained: see `start`
    ".*smaller than the logging interval.*",
)


def quiet() -> None:
    """Silence them."""
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    for message in WARNINGS:
        warnings.filterwarnings("ignore", message=message)
