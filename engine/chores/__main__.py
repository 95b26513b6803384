"""`python -m engine.chores` is told what to do in one line of JSON on its input, where no list of
processes shows it (keys are among it), and says in one line on its output what came of it.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from engine.chores.backup import back_up
from engine.chores.evidence import evidence
from engine.chores.rehearsal import rehearsal

NICE = 15
CHORES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "evidence": evidence,
    "rehearsal": rehearsal,
    "backup": back_up,
}
SAYS_WHY = (OSError, ValueError)
SILENT = (SQLAlchemyError, psycopg.Error)
"""Their own text would repeat the database's address, with its password."""


def main() -> int:
    """Do what the input says; the exit code."""
    os.nice(NICE)
    told = json.loads(sys.stdin.readline())
    answer: dict[str, Any]
    try:
        answer = {"done": CHORES[told["what"]](told)}
    except SAYS_WHY as error:
        answer = {"failed": str(error)}
    except SILENT as error:
        answer = {"failed": f"The database gave up ({type(error).__name__})."}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
