from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class CommentQuerySet(models.QuerySet["Comment"]):
    def decisions(self) -> Self:
        return self.exclude(kind=Comment.Kind.COMMENT)


class Comment(models.Model):
    """What the people who work on an entry tell each other. Never published."""

    class Kind(models.TextChoices):
        COMMENT = "comment", _("Comment")
        SENT_BACK = "sent_back", _("Sent back")
        APPROVED = "approved", _("Approved")

    recommendation = models.ForeignKey(
        "Recommendation",
        models.CASCADE,
        related_name="comments",
        verbose_name=_("recommendation"),
    )
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind, default=Kind.COMMENT
    )
    text = models.TextField(_("comment"), blank=True)
    made_by = models.ForeignKey(
        User, models.PROTECT, related_name="comments", verbose_name=_("by")
    )
    made_at = models.DateTimeField(_("when"), auto_now_add=True)
    is_hidden: ClassVar = True  # nothing that participants see changes with it

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering: ClassVar = ["made_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="approved") | ~models.Q(text=""),
                name="comment_says_something",
                violation_error_message=_("Say what should change, or why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation} · {self.get_kind_display()}"
