"""An operation taken back: what it made goes, what it changed is as it was before.

Only what still is as the operation left it, unless somebody says otherwise. What was
public meanwhile is withdrawn, never deleted: its reference answers for ever.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .models import (
    AreaSynonym,
    Audience,
    AudienceInclusion,
    Instrument,
    PriorityArea,
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
    Section,
)

REASON = gettext_noop("undone")
IMPORT = re.compile(r"(?:undo of )?import [0-9]+")
LINKS = (RecommendationArea, RecommendationCountry, RecommendationInstrument)
WORDS = (PriorityArea, Audience, Instrument, AreaSynonym, AudienceInclusion, Section)
UNDOABLE: tuple[type[models.Model], ...] = (*WORDS, Recommendation, *LINKS)
# What a word or a tag belongs to, and stays or goes with.
WHOLES: dict[Any, str] = {
    AreaSynonym: "area_id",
    AudienceInclusion: "joint_id",
    **dict.fromkeys(LINKS, "recommendation_id"),
}
DERIVED = {"id", "reference", "personal_data_found", "folded"}


@dataclass
class Step:
    """What an operation made of one row; `before` is None for what it made."""

    model: type[models.Model]
    pk: int
    before: Any
    after: Any
    is_deleted: bool
    row: Any  # as it is now; None when it is gone

    @property
    def whole(self) -> tuple[str, int]:
        """The entry or word it belongs to, which is undone or kept as one."""
        name = WHOLES.get(self.model)
        if name is None:
            return str(self.model._meta.model_name), self.pk
        field: Any = self.model._meta.get_field(name.removesuffix("_id"))
        return field.related_model._meta.model_name, getattr(self.after, name)

    @property
    def key(self) -> str:
        return "{}-{}".format(*self.whole)

    @property
    def is_changed_since(self) -> bool:
        """Whether it says something else now than when the operation had written it."""
        if self.row is None or self.is_deleted:
            return self.is_deleted != (self.row is None)
        names = (f.attname for f in self.model._meta.concrete_fields)
        told = [name for name in names if name not in DERIVED]
        return any(getattr(self.row, n) != getattr(self.after, n) for n in told)

    @cached_property
    def wanted(self) -> dict[str, Any]:
        """Column by column, as it was; what was public meanwhile is withdrawn."""
        names = (f.attname for f in self.model._meta.concrete_fields)
        told = {
            name: getattr(self.before, name) for name in names if name not in DERIVED
        }
        was_public = getattr(self.row, "published_at", None)
        if was_public and told["published_at"] is None:
            told |= {"status": Recommendation.Status.ARCHIVED}
            told |= {"published_at": was_public}
        return told

    @property
    def is_settled(self) -> bool:
        """Whether the row is as it was before already."""
        if self.before is None:
            is_public = getattr(self.row, "published_at", None)
            return self.row is None or bool(is_public and not self.row.is_published)
        return self.row is not None and all(
            getattr(self.row, name) == value for name, value in self.wanted.items()
        )


class Operation:
    """The rows of history that one operation wrote, and what is left to undo of it."""

    def __init__(self, uuid: UUID, locked: bool = False) -> None:
        self.uuid, self.locked = uuid, locked
        self.without_earlier: list[str] = []
        self.steps = [step for model in UNDOABLE for step in self.read(model)]

    def read(self, model: Any) -> Iterator[Step]:
        history = model.history.order_by("history_id")
        own: dict[int, list[Any]] = {}
        for record in history.filter(operation=self.uuid):
            own.setdefault(record.id, []).append(record)
        if not own:
            return
        rows = model._base_manager.filter(pk__among=[*own]).order_by("pk")
        if self.locked:
            rows = rows.select_for_update()
        now = {row.pk: row for row in rows}
        before: dict[int, Any] = {}
        for record in history.filter(id__among=[*own]).exclude(operation=self.uuid):
            if record.history_id < own[record.id][0].history_id:
                before[record.id] = record
        for pk, told in own.items():
            was_made = told[0].history_type == "+"
            is_deleted = told[-1].history_type == "-"
            if was_made and is_deleted:
                continue
            earlier = before.get(pk)
            if earlier is None and not was_made:
                self.without_earlier.append(str(told[0]))
                continue
            yield Step(
                model,
                pk,
                None if was_made else earlier,
                told[-1],
                is_deleted,
                now.get(pk),
            )

    def __bool__(self) -> bool:
        return bool(self.steps)

    @cached_property
    def open(self) -> list[Step]:
        return [step for step in self.steps if not step.is_settled]

    @cached_property
    def changed_since(self) -> dict[str, str]:
        """By key, the name of each entry or word that others changed afterwards."""
        return {s.key: self.name(s) for s in self.open if s.is_changed_since}

    def name(self, step: Step) -> str:
        model_name, pk = step.whole
        model = apps.get_model("priorities", model_name)
        row = model._base_manager.filter(pk=pk).first()
        return str(row or f"{model._meta.verbose_name} {pk}")

    def must_be_undoable(self) -> None:
        if self.without_earlier:
            raise ValidationError(
                _("There is no earlier version of %s.") % self.without_earlier[0]
            )
        for model in apps.get_models():
            history: Any = getattr(model, "history", None)
            if history is None:
                continue
            records = history.filter(operation=self.uuid)
            reasons = records.order_by().values_list("history_change_reason", flat=True)
            if any(IMPORT.fullmatch(reason or "") for reason in reasons.distinct()):
                raise ValidationError(
                    _("This was an import of notes: take it back on the import’s page.")
                )
            if model not in UNDOABLE and records.exists():
                raise ValidationError(
                    _("Changes of “%s” are not undone here: use its history.")
                    % model._meta.verbose_name_plural
                )


@dataclass(frozen=True)
class Undone:
    count: int
    kept: list[str]


@transaction.atomic
def undo(uuid: UUID, user: Any = None, chosen: Collection[str] = ()) -> Undone:
    """Take an operation back; `chosen`: keys of what goes back though it changed since.

    ValidationError when that is impossible; then nothing is changed.
    """
    operation = Operation(uuid, locked=True)
    operation.must_be_undoable()
    if not operation.open:
        raise ValidationError(_("There is nothing left to undo."))
    left = operation.changed_since.keys() - set(chosen)
    steps = [step for step in operation.open if step.key not in left]
    kept = {operation.changed_since[key] for key in left}
    kept |= take_away([s for s in reversed(steps) if s.before is None], user)
    bring_back([s for s in steps if s.before is not None], user)
    return Undone(len(steps), sorted(kept))


def take_away(made: list[Step], user: Any) -> set[str]:
    """Remove what the operation made; the names of what others hold on to by now."""
    kept = set()
    entries = [step.row for step in made if step.model is Recommendation]
    gone = [row.pk for row in entries if row.published_at is None]
    for row in entries:
        if row.published_at:
            row.status = row.Status.ARCHIVED
            save(row, user)
    for step in made:
        is_of_gone = step.whole[0] == "recommendation" and step.whole[1] in gone
        if step.model is Recommendation or is_of_gone:
            continue
        try:
            step.row._change_reason, step.row._history_user = REASON, user
            step.row.delete()
        except ProtectedError:
            kept.add(str(step.row))
    user_id = user.pk if user else None
    held = {row.pk for row in entries if row.pk in gone and hangs_on(row)}
    for row in entries:
        if row.pk in held:
            row.status = row.Status.ARCHIVED
            save(row, user)
    rows = Recommendation.objects.all()
    rows.remove_all([pk for pk in gone if pk not in held], REASON, user_id)
    return kept


def hangs_on(row: Recommendation) -> bool:
    """Whether somebody wrote or decided something that would go with this draft."""
    return any(
        relation.related_model._base_manager.filter(
            **{relation.field.name: row.pk}
        ).exists()
        for relation in row._meta.related_objects
        if relation.name not in {"resembling", "resembled"}
        and relation.related_model not in LINKS
        and not hasattr(relation.related_model, "history_type")
    )


def bring_back(changed: list[Step], user: Any) -> None:
    """Words before entries, entries before their tags: each needs the one before."""
    ranked = [s.pk for s in changed if s.model is Recommendation and s.row is not None]
    # No engine lets two published rows of a section hold one rank, even for a moment.
    Recommendation.objects.filter(pk__among=ranked).update(rank=None)
    for step in changed:
        if step.model not in LINKS:
            restore(step, user)
    moved: dict[Any, dict[int, int]] = {}
    for step in changed:
        if step.model in LINKS and step.row is not None:
            moved.setdefault(step.model, {})[step.pk] = getattr(
                step.before, term_column(step.model)
            )
        elif step.model in LINKS:
            restore_link(step, user)
    for model, moves in moved.items():
        rows = Recommendation.objects.all()
        rows.retag(model, moves, REASON, user.pk if user else None)


def term_column(model: Any) -> str:
    return f"{model.term_key.partition('__')[0]}_id"


def restore(step: Step, user: Any) -> None:
    wanted, row = step.wanted, step.row
    if row is None:
        row = step.model(pk=step.pk)
        if isinstance(row, Recommendation):
            row.reference = step.before.reference
    for name, value in wanted.items():
        setattr(row, name, value)
    if isinstance(row, Recommendation | Section):
        row.take_versions({name: wanted[name] for name in row.versions()})
    try:
        row.full_clean()
    except ValidationError as error:
        raise ValidationError([f"{row}: {text}" for text in error.messages]) from error
    save(row, user)


def restore_link(step: Step, user: Any) -> None:
    """A tag that was taken off; not if somebody has put it on again."""
    names = ("recommendation_id", term_column(step.model))
    told = {name: getattr(step.before, name) for name in names}
    if not step.model._base_manager.filter(**told).exists():
        save(step.model(pk=step.pk, **told), user)


def save(row: Any, user: Any) -> None:
    row._change_reason, row._history_user = REASON, user
    if isinstance(row, Recommendation):
        row.save(steps=row.kept)
    elif isinstance(row, PriorityArea):
        row.save(keeps_names=False)
    else:
        row.save()
