"""How allauth works here."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; everybody is invited."""

    def is_open_for_signup(self, request: object) -> bool:
        return False
