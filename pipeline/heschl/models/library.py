"""The library transformers, an optional dependency that takes seconds to import."""

import contextlib
from collections.abc import Iterator
from types import ModuleType

from heschl.models.model import ModelError


def transformers() -> ModuleType:
    """Return the library; raises ModelError if it is not installed."""
    try:
        import transformers as library
    except ImportError as error:
        raise ModelError(
            f"Published audio models need a package that is not installed ({error.name or error}). Install "
            "them: pip install 'heschl[models]'"
        ) from None
    return library


@contextlib.contextmanager
def quiet(library: ModuleType) -> Iterator[None]:
    """Silence the reports of transformers on tensors that the network does not use."""
    level, bars = library.logging.get_verbosity(), library.logging.is_progress_bar_enabled()
    library.logging.set_verbosity(library.logging.CRITICAL)
    library.logging.disable_progress_bar()
    try:
        yield
    finally:
        library.logging.set_verbosity(level)
        if bars:
            library.logging.enable_progress_bar()
