"""The tasks, one file each.

To add one, write its file and append it to TASKS. Keep the order: random draws depend on the position.
"""

from heschl.tasks.genre import GENRE
from heschl.tasks.task import Task, is_null, named
from heschl.tasks.where import WHERE
from heschl.tasks.word import WORD

TASKS: dict[str, Task] = {task.name: task for task in (WORD, GENRE, WHERE)}

__all__ = ["TASKS", "Task", "is_null", "named"]
