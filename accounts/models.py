from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An organiser, facilitator or reviewer. Participants need no account."""
