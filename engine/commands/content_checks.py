"""What submitting and approving both ask: does anything forbid sending these variants today?"""

from collections.abc import Sequence

from sqlmodel import Session

from engine.domain import compliance, template_standing
from engine.domain.ids import TenantId
from engine.store import compliance as rules
from engine.store import content as contents
from engine.store import templates
from engine.store.content import NewVariant


def what_blocks(
    session: Session, tenant: TenantId, variants: Sequence[NewVariant]
) -> tuple[str, ...]:
    """Each blocking problem as a sentence that names its language; none when it may go out."""
    checks = compliance.check(
        variants, contents.audience(session, tenant), rules.current(session, tenant)
    )
    problems = [check.words for check in compliance.blocking(checks)]
    for variant in variants:
        standing = templates.standing(
            session, tenant, variant.template_name, variant.template_language
        )
        problem = template_standing.problem(variant, standing)
        if problem is not None:
            problems.append(f"{compliance.LANGUAGE_NAMES[variant.language]}: {problem}")
    return tuple(problems)
