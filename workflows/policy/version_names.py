"""What the versions of models are called."""

import re

VERSION = re.compile(r"[A-Za-z0-9._+-]{1,60}")
