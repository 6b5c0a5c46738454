"""How long to wait. Under a sanitizer everything takes several times as long."""

import os
import time

SANITIZED = bool(os.environ.get("GATEHOUSE_SANITIZER"))
FACTOR = 4 if SANITIZED else 1


def seconds(limit):
    return limit * FACTOR


def eventually(check, within=5, every=0.02):
    """The first true value of `check`, or its last one when the time is over."""
    until = time.monotonic() + seconds(within)
    while True:
        value = check()
        if value or time.monotonic() >= until:
            return value
        time.sleep(every)
