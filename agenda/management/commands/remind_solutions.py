from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agenda import reminders


class Command(BaseCommand):
    help = (
        "Write to reporters whose solutions end soon or are late, and to organisers. "
        "Run it once a week; nobody is asked about the same solution twice in 30 days, "
        "and a second run in a week sends organisers nothing again."
    )
    failed = 0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Show the letters, send none."
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        today = timezone.localdate()
        for letter in reminders.letters(today):
            if dry_run:
                self.show(letter.message)
                continue
            claimed = reminders.claim(letter.solutions, today)
            if claimed and not self.send(letter.message):
                reminders.give_back(claimed)
        for person, digest in reminders.digests(today):
            if dry_run:
                self.show(digest)
            elif reminders.claim_digest(person, today) and not self.send(digest):
                reminders.give_digest_back(person)
        if self.failed:
            raise CommandError(
                f"{self.failed} letters could not be sent. Run it again later."
            )

    def show(self, letter: EmailMessage) -> None:
        head = f"To: {', '.join(letter.to)}\nSubject: {letter.subject}"
        self.stdout.write(f"{head}\n\n{letter.body}\n")

    def send(self, letter: EmailMessage) -> bool:
        """One that does not leave stops none of the others."""
        try:
            letter.send()
        except (OSError, SMTPException) as error:
            self.failed += 1
            self.stderr.write(f"A letter could not be sent: {type(error).__name__}")
            return False
        return True
