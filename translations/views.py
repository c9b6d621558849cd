"""Translators' pages: how far each language is, text by text, and files out and in."""

from collections.abc import Callable
from functools import wraps
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from regions.differences import word_by_word
from regions.models import Region
from regions.translated import direction, set_apart
from workshops.spreadsheets import Refused

from . import exchange
from .checks import doubts
from .forms import (
    FileForm,
    SelectionForm,
    TranslationForm,
    language_name,
)
from .hints import hints
from .units import KINDS, MOST, STATES, Selection, Unit, find, find_many, progress

PER_PAGE = 50
SHOWN = 500  # changes of a file, on one page
SALT = "translations.file"
View = Callable[..., Any]


def for_translators(view: View) -> View:
    """404 for whoever translates into no language, and for another than theirs."""

    @wraps(view)
    def guarded(request: HttpRequest, **given: str) -> Any:
        own = languages_of(user_of(request))
        if not own or given.get("language", own[0]) not in own:
            raise Http404
        return view(request, **given)

    return guarded


def languages_of(user: User) -> list[str]:
    return [code for code in settings.CONTENT_LANGUAGES if user.translates(code)]


def user_of(request: HttpRequest) -> User:
    user: Any = request.user
    return user


def page(request: HttpRequest, name: str, title: str, **told: Any) -> TemplateResponse:
    context = {**admin.site.each_context(request), "title": title, **told}
    return TemplateResponse(request, f"admin/translations/{name}.html", context)


def about(language: str) -> dict[str, Any]:
    return {
        "language": language,
        "language_name": language_name(language),
        "language_dir": direction(language),
    }


def asked(request: HttpRequest, language: str) -> tuple[SelectionForm, Selection, str]:
    """The form of the address, what it selects, and the address to carry on."""
    form = SelectionForm(request.GET)
    selection = form.selection(language)
    kept = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    return form, selection, f"?{urlencode(kept)}" if kept else ""


def text_url(language: str, name: str, query: str) -> str:
    return reverse("translations:text", args=[language, name]) + query


# How far each language is.


def share(counts: dict[str, int]) -> dict[str, Any]:
    """Of some texts: how many there are, and how many need nobody any more."""
    total = sum(counts.values())
    done = sum(counts.get(state, 0) for state in ("reviewed", "original", "there"))
    return {
        "total": total,
        "done": done,
        "percent": 100 * done // total if total else 100,
        "counts": [counts.get(state, 0) for state in STATES],
    }


def summed(many: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in many:
        for state, count in counts.items():
            total[state] = total.get(state, 0) + count
    return total


@require_safe
@for_translators
def overview(request: HttpRequest) -> TemplateResponse:
    user = user_of(request)
    languages = [
        {**about(code), **share(summed(counts.values()))}
        for code, counts in progress(languages_of(user), user).items()
    ]
    return page(
        request,
        "overview",
        _("Translations"),
        languages=languages,
        states=STATES.values(),
    )


@require_safe
@for_translators
def language(request: HttpRequest, language: str) -> TemplateResponse:
    """One language: by kind of text and region, and the texts that are selected."""
    form, selection, query = asked(request, language)
    user = user_of(request)
    counts = progress([language], user)[language]
    regions = [*Region.objects.all(), None]
    kinds = [kind for kind in KINDS if any(kind.slug == slug for slug, _r in counts)]
    rows = []
    for region in regions:
        slug = region.slug if region else ""
        cells = [
            {**share(found), "query": urlencode({"kind": kind.slug, "region": slug})}
            if (found := counts.get((kind.slug, slug)))
            else None
            for kind in kinds
            if bool(kind.region) == bool(region)
        ]
        if any(cells):
            rows.append((region, cells))
    paginator = Paginator(list(islice(selection.ids(user), MOST)), PER_PAGE)
    shown = paginator.get_page(request.GET.get("page"))
    units = find_many(shown.object_list, user)
    return page(
        request,
        "language",
        _("Translations: %s") % language_name(language),
        **about(language),
        form=form,
        query=query,
        of_regions=[kind for kind in kinds if kind.region],
        of_all=[kind for kind in kinds if not kind.region],
        rows=rows,
        counted=selection.count(user),
        shown=shown,
        units=[
            (unit, STATES[unit.state(language)], text_url(language, name, query))
            for name in shown.object_list
            if (unit := units.get(name))
        ],
        file_form=FileForm(),
        most_mb=settings.NOTES_MAX_UNPACKED_MB,
        most_texts=exchange.MOST_TEXTS,
    )


# One text beside its original.


@for_translators
def text(request: HttpRequest, language: str, name: str) -> HttpResponse:
    user = user_of(request)
    _form, selection, query = asked(request, language)
    around = Around(list(islice(selection.ids(user), MOST)), name)
    with transaction.atomic():
        try:
            unit = find(name, user, lock=request.method == "POST")
        except ObjectDoesNotExist:
            raise Http404 from None
        if unit.original.language == language:
            raise Http404
        if request.method == "POST":
            answer = save(request, unit, language)
            if answer is None:
                if around.next:
                    return HttpResponseRedirect(text_url(language, around.next, query))
                messages.success(request, _("Nothing more to do in this selection."))
                address = reverse("translations:language", args=[language])
                return HttpResponseRedirect(address + query)
            typed, told = answer
            return editor(request, unit, language, around, query, typed, **told)
    typed = TranslationForm(
        initial={"mark": unit.mark(language), "translation": unit.value(language)},
        language=language,
    )
    return editor(request, unit, language, around, query, typed)


class Around:
    """Where a text stands among those selected, and what comes before and after."""

    def __init__(self, names: list[str], name: str) -> None:
        place = names.index(name) if name in names else -1
        self.place, self.count = place + 1, len(names)
        self.previous = names[place - 1] if place > 0 else ""
        rest = names[place + 1 :]
        self.next = rest[0] if rest else ""


def editor(
    request: HttpRequest,
    unit: Unit,
    language: str,
    around: Around,
    query: str,
    form: TranslationForm,
    status: int = 200,
    **told: Any,
) -> TemplateResponse:
    original, state = unit.original, unit.state(language)
    before = unit.original_before(language) if state == "stale" else ""
    answer = page(
        request,
        "text",
        str(unit.kind.label).capitalize(),
        **about(language),
        unit=unit,
        original=original,
        original_name=language_name(original.language),
        state=STATES[state],
        is_stale=state == "stale",
        changed=word_by_word(before, original.value) if before else [],
        others=[(language_name(t.language), t) for t in unit.others(language)],
        hints=hints(original.value, original.language, language),
        doubts=doubts(original, language, unit.value(language)),
        form=form,
        around=around,
        query=query,
        **{
            f"{name}_url": text_url(language, found, query)
            for name in ("previous", "next")
            if (found := getattr(around, name))
        },
        **told,
    )
    answer.status_code = status
    return answer


def save(
    request: HttpRequest, unit: Unit, language: str
) -> tuple[TranslationForm, dict[str, Any]] | None:
    """None when it is saved; else the form to show again, and what to say beside it."""
    form = TranslationForm(request.POST, language=language)
    if not form.is_valid():
        return form, {"status": 400}
    value = form.cleaned_data["translation"].replace("\r\n", "\n").strip()
    version = form.cleaned_data["mark"].partition("-")[0]
    now = unit.mark(language)
    if form.cleaned_data["mark"] != now:
        form.data = {**form.cleaned_data, "mark": now}
        is_other = str(unit.version) != version
        theirs = word_by_word(unit.value(language), value)
        return form, {"status": 409, "theirs": theirs, "original_is_other": is_other}
    wants_review = request.POST.get("do") == "review"
    is_own = (
        value != unit.value(language)
        or unit.kind.has_state
        and (unit.author(language) == request.user.pk)
    )
    reviewed = wants_review and bool(value) and not is_own
    was_reviewed = unit.state(language) == "reviewed" and value == unit.value(language)
    try:
        unit.write(language, value, unit.version, reviewed=reviewed or was_reviewed)
        unit.row._change_reason = gettext_noop("translated")
        unit.row.save()
    except ValidationError as error:
        form.add_error("translation", error.messages)
        return form, {"status": 400}
    if wants_review and unit.kind.has_state and not reviewed and value:
        messages.warning(
            request,
            _(
                "%s is saved, not reviewed: the words are yours, and somebody else has to read them."
            )
            % set_apart(unit.id),
        )
    for said in doubts(unit.original, language, value):
        messages.warning(request, f"{set_apart(unit.id)}: {said}")
    return None


# Files.


@require_safe
@for_translators
def export(request: HttpRequest, language: str) -> Any:
    _form, selection, _query = asked(request, language)
    units = (
        unit
        for unit in selection.units(user_of(request))
        if unit.original.language != language
    )
    chosen = islice(units, exchange.MOST_TEXTS)
    name, kind = f"translations-{language}", request.GET.get("format", "xlsx")
    if kind == "po":
        answer = HttpResponse(exchange.as_po(chosen, language), exchange.PO)
        answer["Content-Disposition"] = f'attachment; filename="{name}.po"'
        return answer
    if kind not in {"xlsx", "csv"}:
        raise Http404
    return exchange.as_table(chosen, language, name).answer(kind)


@require_POST
@for_translators
def preview(request: HttpRequest, language: str) -> HttpResponse:
    """What a file would change; nothing is written yet."""
    form = FileForm(request.POST, request.FILES)
    address = reverse("translations:language", args=[language])
    if not form.is_valid():
        messages.error(request, _("Choose a file first."))
        return HttpResponseRedirect(address)
    file = form.cleaned_data["file"]
    try:
        texts = exchange.read_file(file, file.name, language)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(address)
    changes = exchange.compared(texts, language, user_of(request))
    proposed = list(exchange.proposed(changes, language))
    payload = signing.dumps(
        [language, form.cleaned_data["by_machine"], proposed], salt=SALT, compress=True
    )
    counts = {
        verdict: sum(change.verdict == verdict for change in changes)
        for verdict in exchange.VERDICTS
    }
    order = {verdict: place for place, verdict in enumerate(exchange.ORDER)}
    shown = sorted(
        (change for change in changes if change.verdict in order),
        key=lambda change: order[change.verdict],
    )
    return page(
        request,
        "preview",
        _("What the file changes"),
        **about(language),
        file_name=file.name,
        counts=[(_(exchange.VERDICTS[v]), count) for v, count in counts.items()],
        changes=shown[:SHOWN],
        more=max(len(shown) - SHOWN, 0),
        count=sum(not text.is_asked for text in proposed),
        asked=sum(text.is_asked for text in proposed),
        payload=payload,
    )


@require_POST
@for_translators
def bring(request: HttpRequest, language: str) -> HttpResponse:
    address = reverse("translations:language", args=[language])
    try:
        told, by_machine, proposed = signing.loads(
            request.POST.get("payload", ""), salt=SALT, max_age=24 * 60 * 60
        )
    except signing.BadSignature:
        messages.error(request, _("This page is too old. Send the file again."))
        return HttpResponseRedirect(address)
    if told != language:
        raise Http404
    chosen = set(request.POST.getlist("take"))
    accepted = [
        text
        for text in map(exchange.Accepted._make, proposed)
        if not text.is_asked or text.id in chosen
    ]
    with transaction.atomic():
        count, kept_out = exchange.bring_in(
            accepted, language, user_of(request), by_machine
        )
    said = ngettext("%d translation came in.", "%d translations came in.", count)
    messages.success(request, said % count)
    if kept_out:
        messages.warning(
            request,
            _(
                "Changed meanwhile, yours to change no more, or seeming to name a person, and left as they are: %s. Open each, or send the file again."
            )
            % _(", ").join(map(set_apart, kept_out[:20])),
        )
    return HttpResponseRedirect(address)
