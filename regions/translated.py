"""Texts in several languages: one column each, read in the reader's language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from unicodedata import bidirectional

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils.text import format_lazy
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext_lazy as _

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def direction(language: str) -> str:
    return "rtl" if LANG_INFO[language]["bidi"] else "ltr"


def isolate(text: str) -> str:
    """A text between Unicode's isolates: whatever its direction, the rest stands still."""
    return f"\u2068{text}\u2069"


def set_apart(text: str) -> str:
    """Isolated, where letters of it run against the reader's language."""
    against = {"L"} if get_language_bidi() else {"R", "AL"}
    runs_against = any(bidirectional(sign) in against for sign in text)
    return isolate(text) if runs_against else text


def reading_languages() -> list[str]:
    """The content languages, the reader's own first."""
    own = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return sorted(settings.CONTENT_LANGUAGES, key=lambda code: code != own)


class Translated:
    """`name = Translated(models.CharField(…))` makes name_fr, name_en and so on.

    The columns are ordinary fields: they filter, sort, export and migrate as such.
    Reading `instance.name` gives the reader's language, else the first that has a
    value, else "". What is said *of* a language holds for no other: `falls_back=False`
    and it cannot be read that way.
    """

    def __init__(self, field: models.Field, falls_back: bool = True) -> None:
        self.field, self.falls_back = field, falls_back

    def contribute_to_class(self, model: type[models.Model], name: str) -> None:
        self.name = name
        label = self.field.verbose_name or name.replace("_", " ")
        self.short_description = label  # the heading of an admin list's column
        for code, language in settings.LANGUAGES:
            column = self.field.clone()
            column.verbose_name = format_lazy("{} ({})", label, language)
            column.contribute_to_class(model, f"{name}_{code}")
        if self.falls_back:
            setattr(model, name, self)

    def __get__(self, instance: models.Model | None, owner: type) -> Any:
        if instance is None:
            return self
        values = (
            getattr(instance, f"{self.name}_{code}") for code in reading_languages()
        )
        return next((value for value in values if value), "")


@dataclass(frozen=True)
class Text:
    """One text as it is shown: in which language, and how far it can be trusted."""

    value: str
    language: str
    state: str
    original: "Text | None" = None  # unless it is the original itself

    @property
    def direction(self) -> str:
        return direction(self.language)


class OriginalText(models.Model):
    """A row whose texts have one original and translations with a state.

    The state of a language is derived, never typed in: *original*; *missing*;
    *stale* when the original has changed since the translation was made (its
    version is kept in `made_from`); *reviewed*; *machine* when a program wrote it and
    nobody has mended it; else *draft*.
    """

    texts: ClassVar[tuple[str, ...]] = ()
    kept: ClassVar[tuple[str, ...]] = ()
    _loaded: dict[str, tuple[tuple[str | None, ...], bool]] | None = None
    _told: tuple[str, int | None, bool] | None = None  # see `translate`

    original_language = models.CharField(
        _("original language"),
        max_length=2,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("The language the text was first written in."),
    )
    original_version = models.PositiveIntegerField(default=1, editable=False)
    reviewed = Translated(
        models.BooleanField(
            _("translation reviewed"),
            default=False,
            help_text=_(
                "A second person has compared it with the original as it is now."
            ),
        ),
        falls_back=False,
    )
    made_from = Translated(
        models.PositiveIntegerField(null=True, editable=False), falls_back=False
    )
    by_machine = Translated(
        models.BooleanField(default=False, editable=False), falls_back=False
    )

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args: Any, steps: Sequence[str] = (), **kwargs: Any) -> None:
        """Always the whole row: versions and states belong to its texts.

        The columns in `kept` are written by their own steps alone: a form that was
        opened before somebody published does not bring the draft back.
        """
        kwargs.pop("update_fields", None)
        names = [name for name in self.kept if name not in steps]
        if names and not self._state.adding:
            rows = type(self)._base_manager.select_for_update().values(*names)
            for name, value in rows.get(pk=self.pk).items():
                setattr(self, name, value)
        self.clean()
        self.keep_versions()
        super().save(*args, **kwargs)
        self._remember()

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        instance = super().from_db(*args, **kwargs)
        instance._remember()
        return instance

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        if not (args or kwargs.get("fields")):
            self._remember()

    def _remember(self) -> None:
        self._told = None
        if not self.get_deferred_fields():
            self._loaded = {
                code: (self._texts_in(code), getattr(self, f"reviewed_{code}"))
                for code in settings.CONTENT_LANGUAGES
            }

    def _texts_in(self, code: str) -> tuple[str | None, ...]:
        return tuple(getattr(self, f"{name}_{code}") for name in self.texts)

    def clean(self) -> None:
        """One spelling of "no text": NULL; and no characters that no file can carry."""
        super().clean()
        for name in self.texts:
            for code in settings.CONTENT_LANGUAGES:
                value = getattr(self, f"{name}_{code}")
                if value is None:
                    continue
                lines = value.replace("\r\n", "\n").replace("\r", "\n")
                plain = CONTROL.sub(" ", lines).strip()
                setattr(self, f"{name}_{code}", plain or None)

    def says_something_else(self) -> bool:
        """Whether a text is another than when the row was read."""
        then = self._loaded or {}
        return any(
            code not in then or then[code][0] != self._texts_in(code)
            for code in settings.CONTENT_LANGUAGES
        )

    def keep_versions(self) -> None:
        """Bring the bookkeeping of versions in line with what the texts now say."""
        if self._loaded is None and not self._state.adding:
            self._loaded = type(self)._base_manager.get(pk=self.pk)._loaded
        before = self._loaded or {}
        original = self.original_language
        if before and before[original][0] != self._texts_in(original):
            self.original_version += 1
            for code in settings.CONTENT_LANGUAGES:
                if before[code][0] == self._texts_in(code):
                    setattr(self, f"reviewed_{code}", False)
        told_of, version, by_machine = self._told or ("", None, False)
        for code in settings.CONTENT_LANGUAGES:
            now = self._texts_in(code)
            if code == original or not any(now):
                setattr(self, f"made_from_{code}", None)
                setattr(self, f"reviewed_{code}", False)
                setattr(self, f"by_machine_{code}", False)
                continue
            then, was_reviewed = before.get(code, ((None,) * len(now), False))
            confirmed = getattr(self, f"reviewed_{code}") and not was_reviewed
            if now != then and was_reviewed and code != told_of:
                # Whoever reviewed it read other words.
                setattr(self, f"reviewed_{code}", False)
            made_from = getattr(self, f"made_from_{code}")
            if now != then or confirmed or code == told_of or not made_from:
                made_from = version if code == told_of else None
                setattr(self, f"made_from_{code}", made_from or self.original_version)
            if now != then or confirmed:
                is_new = code == told_of and by_machine and not confirmed
                setattr(self, f"by_machine_{code}", is_new)

    def translate(
        self,
        code: str,
        texts: dict[str, str | None],
        made_from: int,
        *,
        reviewed: bool = False,
        by_machine: bool = False,
    ) -> None:
        """Set a translation made from that version of the original; the next save keeps it.

        The same words as before are told to be right for that version.

        `reviewed`: by a second person, who read it beside that version. What was made
        from an older original than today's is stale, whoever reviewed it.
        """
        for name, value in texts.items():
            setattr(self, f"{name}_{code}", value)
        is_now = made_from >= self.original_version
        setattr(self, f"reviewed_{code}", reviewed and is_now)
        self._told = (code, min(made_from, self.original_version), by_machine)

    def versions(self) -> dict[str, Any]:
        """The bookkeeping of its texts, to be taken back with them."""
        names = [
            f"{name}_{code}"
            for name in ("made_from", "reviewed", "by_machine")
            for code in settings.CONTENT_LANGUAGES
        ]
        return {name: getattr(self, name) for name in ("original_version", *names)}

    def take_versions(self, versions: dict[str, Any]) -> None:
        """Texts and versions as they once stood together: no text counts as changed."""
        for name, value in versions.items():
            setattr(self, name, value)
        self._remember()

    def take_texts(self, record: Any) -> None:
        """The texts of an earlier version, and how far each translation held then.

        The next save keeps them as a new version of the original, if it was another.
        """
        was = tuple(
            getattr(record, f"{n}_{record.original_language}") for n in self.texts
        )
        is_other = was != self._texts_in(self.original_language)
        version = self.original_version + is_other
        versions: dict[str, Any] = {"original_version": version}
        self.original_language = record.original_language
        for code in settings.CONTENT_LANGUAGES:
            for name in self.texts:
                setattr(self, f"{name}_{code}", getattr(record, f"{name}_{code}"))
            made_from = getattr(record, f"made_from_{code}")
            if made_from is not None:
                held = made_from >= record.original_version
                made_from = version if held else min(made_from, version - 1)
            versions[f"made_from_{code}"] = made_from
            for name in ("reviewed", "by_machine"):
                versions[f"{name}_{code}"] = getattr(record, f"{name}_{code}")
        self.take_versions(versions)

    def state_in(self, code: str) -> str:
        if code == self.original_language:
            return "original"
        if not any(self._texts_in(code)):
            return "missing"
        if (getattr(self, f"made_from_{code}") or 0) < self.original_version:
            return "stale"
        if getattr(self, f"reviewed_{code}"):
            return "reviewed"
        return "machine" if getattr(self, f"by_machine_{code}") else "draft"

    @classmethod
    def state_expression(cls, code: str, name: str = "") -> Case:
        """`state_in` as SQL, for counting states without loading texts.

        With `name`, of that text alone; "" where there is nothing to translate.
        """
        made_from, reviewed = f"made_from_{code}", f"reviewed_{code}"
        names = [name] if name else cls.texts
        missing = Q(*((f"{each}_{code}__isnull", True) for each in names))
        stale = Q((f"{made_from}__isnull", True)) | Q(
            (f"{made_from}__lt", F("original_version"))
        )
        without = [
            When(
                Q((f"{name}_{own}__isnull", True), original_language=own),
                then=Value(""),
            )
            for own in settings.CONTENT_LANGUAGES
            if name
        ]
        return Case(
            *without,
            When(original_language=code, then=Value("original")),
            When(missing, then=Value("missing")),
            When(stale, then=Value("stale")),
            When(**{reviewed: True}, then=Value("reviewed")),
            When(**{f"by_machine_{code}": True}, then=Value("machine")),
            default=Value("draft"),
            output_field=models.CharField(),
        )

    def in_language(self, name: str, code: str) -> Text:
        original = None if code == self.original_language else self.original(name)
        value = getattr(self, f"{name}_{code}") or ""
        return Text(value, code, self.state_in(code), original)

    def original(self, name: str) -> Text:
        return self.in_language(name, self.original_language)

    def every(self, name: str) -> list[Text]:
        """The text to read first, then every other language that has it."""
        first = self.to_read(name)
        others = (self.in_language(name, code) for code in reading_languages())
        return [first, *(t for t in others if t.value and t != first)]

    def to_read(self, name: str) -> Text:
        """The reader's language if it has the text, else the original."""
        own = self.in_language(name, reading_languages()[0])
        return own if own.value else self.original(name)
