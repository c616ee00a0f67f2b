"""`manage.py makemessages`, which never guesses: a changed sentence waits for its translator."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Django's own, without taking the translation of a similar sentence for the new one."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
