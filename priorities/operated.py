"""What one operation did, row by row, and the button that takes it back."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from regions.admin import ReadableChanges, said
from regions.translated import Text

from .deciding import must_decide
from .models import Recommendation
from .undoing import Operation, Step, undo

PER_PAGE = 50


@dataclass(frozen=True)
class Told:
    """One entry or word of an operation, and what was done to it and its tags."""

    name: str
    steps: list[tuple[str, list[dict[str, Any]]]]


def changes(step: Step) -> list[dict[str, Any]]:
    """Field by field, before and after; of what was made, what it says."""
    if step.before is not None and not step.is_deleted:
        delta = step.after.diff_against(step.before, foreign_keys_are_objs=True)
        return ReadableChanges(step.model, step.after).context_for_delta_changes(delta)
    sign = "gone" if step.is_deleted else "new"
    record = step.before or step.after
    return [
        {
            "field": capfirst(field.verbose_name),
            "pieces": [(sign, said(field, getattr(record, field.name, None)))],
        }
        for field in step.model._meta.concrete_fields
        if field.name.startswith(("text_", "label"))
        and getattr(record, field.name, None)
    ]


def heading(step: Step) -> str:
    """Made, changed or removed; of a tag, which."""
    sign = "+" if step.before is None else "-" if step.is_deleted else "~"
    done = {
        "+": pgettext("history", "made"),
        "~": pgettext("history", "changed"),
        "-": pgettext("history", "removed"),
    }[sign]
    kind = str(step.model._meta.verbose_name)
    terms = ("area", "country", "instrument", "included")
    named = next((n for n in terms if hasattr(step.after, f"{n}_id")), "")
    named = named if step.model is not Recommendation else ""
    if named and "label" not in {f.name for f in step.model._meta.fields}:
        return f"{kind}: {getattr(step.after, named)} · {done}"
    return f"{kind} · {done}"


def told(operation: Operation, steps: list[Step]) -> list[Told]:
    found = []
    for _key, group in groupby(steps, key=lambda step: step.whole):
        of_one = list(group)
        found.append(
            Told(
                operation.name(of_one[0]),
                [(heading(step), changes(step)) for step in of_one],
            )
        )
    return found


def must_be_within(model_admin: Any, request: HttpRequest, steps: list[Step]) -> None:
    """404 where a row of the operation is beyond what this person works on."""
    user: Any = request.user
    for model in {step.model for step in steps}:
        name = model._meta.model_name
        if not user.has_perm(f"priorities.change_{name}"):
            raise Http404
    entries = {pk for name, pk in (s.whole for s in steps) if name == "recommendation"}
    if user.works_everywhere:
        return
    known = model_admin.get_queryset(request).filter(pk__among=[*entries])
    if known.count() != len(entries):
        raise Http404


def operation(model_admin: Any, request: HttpRequest, uuid: UUID) -> HttpResponse:
    must_decide(request)
    found = Operation(uuid)
    if not found and not found.without_earlier:
        raise Http404
    must_be_within(model_admin, request, found.steps)
    if request.method == "POST":
        take_back(request, uuid)
        return HttpResponseRedirect(request.path)
    refusal = ""
    try:
        found.must_be_undoable()
    except ValidationError as error:
        refusal = " ".join(error.messages)
    ordered = sorted(found.steps, key=lambda step: step.whole)
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    records = [step.after for step in found.steps]
    first = min(records, key=lambda record: record.history_date, default=None)
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Done in one go"),
        "opts": model_admin.opts,
        "when": first and date_format(first.history_date, "DATETIME_FORMAT"),
        "who": first and first.history_user,
        "reasons": list(
            dict.fromkeys(filter(None, (r.history_change_reason for r in records)))
        ),
        "refusal": refusal,
        "is_open": bool(found.open),
        "changed_since": found.changed_since,
        "page": page,
        "numbers": page.paginator.get_elided_page_range(page.number),
        "told": told(found, list(page)),
    }
    return TemplateResponse(request, "admin/priorities/operation.html", context)


def take_back(request: HttpRequest, uuid: UUID) -> None:
    try:
        undone = undo(uuid, request.user, request.POST.getlist("chosen"))
    except ValidationError as error:
        text = _("Nothing was changed. %s") % " ".join(error.messages)
        messages.error(request, text)
        return
    messages.success(request, _("It is as it was before."))
    if undone.kept:
        text = _("Changed since, and left as they are: %s.")
        messages.warning(request, text % _(", ").join(undone.kept))


def lineage(
    own: QuerySet[Recommendation], row: Recommendation
) -> list[tuple[Recommendation, list[Text], Any]]:
    """What was merged into an entry: each with its texts and the operation that did it.

    Of those that are one's `own`: a merge opens no wall.
    """
    merged = row.lineage()
    known = set(own.filter(pk__in=[one.pk for one in merged]))
    rows = [one for one in merged if one in known]
    records = Recommendation.history.filter(
        id__in=[merged.pk for merged in rows],
        history_change_reason__startswith="merged into",
    )
    by_row = dict(records.order_by("history_id").values_list("id", "operation"))
    return [(one, one.every("text"), by_row.get(one.pk)) for one in rows]


def ended_by(row: Recommendation) -> UUID | None:
    """The operation that merged or split an entry, or made it as a part of another."""
    split = row.split_from_id if row.status != row.Status.ARCHIVED else None
    records = Recommendation.history.filter(
        Q(history_change_reason__startswith="merged into")
        | Q(history_change_reason="split"),
        id=split or row.pk,
        status=Recommendation.Status.ARCHIVED,
    )
    if not split and row.status != row.Status.ARCHIVED:
        return None
    return records.order_by("-history_id").values_list("operation", flat=True).first()


# What was done lately, operation by operation.


@dataclass
class Summary:
    """One operation: who did it when and why, and how many rows of which models."""

    uuid: UUID
    when: datetime
    who: User | None
    reason: str
    rows: list[tuple[str, int]]


def histories() -> list[Any]:
    return [model.history for model in apps.get_models() if hasattr(model, "history")]


def summaries(before: datetime | None, most: int) -> list[Summary]:
    """The newest operations, those that ended before a moment if one is given."""
    told: dict[UUID, datetime] = {}
    for history in histories():
        rows = history.exclude(operation=None).order_by().values_list("operation")
        ended = rows.annotate(ended=Max("history_date"))
        if before is not None:
            ended = ended.filter(ended__lt=before)
        for uuid, when in ended.order_by("-ended")[:most]:
            told[uuid] = max(when, told.get(uuid, when))
    newest = sorted(told, key=lambda uuid: told[uuid], reverse=True)[:most]
    counted: dict[UUID, list[tuple[str, int]]] = {uuid: [] for uuid in newest}
    said: dict[UUID, tuple[int | None, str]] = {}
    for history in histories():
        of_these = history.filter(operation__in=newest).order_by()
        name = str(history.model.instance_type._meta.verbose_name_plural)
        for uuid, rows, who, why in of_these.values_list("operation").annotate(
            Count("pk"), Max("history_user"), Max("history_change_reason")
        ):
            counted[uuid].append((name, rows))
            said[uuid] = (who or said.get(uuid, (None, ""))[0], why or "")
    people = User.objects.in_bulk({who for who, _why in said.values() if who})
    return [
        Summary(uuid, told[uuid], people.get(said[uuid][0] or 0), said[uuid][1], rows)
        for uuid, rows in counted.items()
    ]


def moment(told: str) -> datetime | None:
    """None for anything that is no moment: then the newest are shown."""
    try:
        found = parse_datetime(told)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None


def operations(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """What was done lately, the newest first; each leads to its rows."""
    must_decide(request)
    found = summaries(moment(request.GET.get("before", "")), PER_PAGE + 1)
    context = model_admin.admin_site.each_context(request) | {
        "title": _("What was done lately"),
        "opts": model_admin.opts,
        "operations": found[:PER_PAGE],
        "further": found[PER_PAGE - 1].when.isoformat()
        if len(found) > PER_PAGE
        else "",
    }
    return TemplateResponse(request, "admin/priorities/operations.html", context)
