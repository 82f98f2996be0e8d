"""The two kinds of trouble, and the one thing that is not trouble.

`JianwenError` is what a user can cause or mend: its text is Chinese and says what happened and what to do.
Any other exception is a bug of ours: the outermost layer logs it whole and says so.
`Stopped` is neither: the user asked for it, nothing is shown as a failure.
"""

from __future__ import annotations


class JianwenError(Exception):
    """Something the user can mend; `str(error)` is a Chinese sentence: what happened, what to do."""


class PasswordNeeded(JianwenError):
    """The file opens with a password only: none was given, or a wrong one."""


class Stopped(Exception):
    """The user stopped a piece of work. Not an error."""
