#!/usr/bin/env python
import os
import sys

from forum.terminal import Commands

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    Commands(sys.argv).execute()
