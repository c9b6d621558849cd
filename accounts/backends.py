from typing import Any

from django.contrib.auth.backends import ModelBackend

from .models import User
from .second_factor import read_along


class SignInBackend(ModelBackend):
    def get_user(self, user_id: Any) -> User | None:
        """The account of a session, with what every page of the admin asks about it."""
        user = read_along(User.objects.filter(pk=user_id)).first()
        return user if user is not None and self.user_can_authenticate(user) else None
