"""The task "word": which word is spoken at the middle of the clip?"""

from heschl.tasks.task import Task

WORD = Task(name="word", table="words", label="word", null="__genre__", centered=True)
