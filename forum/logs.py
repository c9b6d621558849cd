import logging


class NoRequest(logging.Filter):
    """Keep what went wrong, drop who asked and what they asked for.

    Django's own request messages ("Not Found: /fr/…") name the address in their
    arguments: only the status and, for errors, the traceback are kept.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith(("django.request", "django.security")):
            status = getattr(record, "status_code", "")
            record.msg, record.args = f"request refused or failed {status}".strip(), ()
        for attribute in ("request", "path"):
            record.__dict__.pop(attribute, None)
        return True
