"""Keys of rows, as somebody types or forges them."""


def is_key(told: str) -> bool:
    """Whether it can be one: a number that a database holds."""
    return told.isdecimal() and len(told) < 19
