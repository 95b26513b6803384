"""What submitting and approving both ask: does anything forbid sending these variants today?"""

from collections.abc import Sequence

from sqlmodel import Session

from engine.domain import compliance, template_standing
from engine.domain.content import Category
from engine.domain.ids import ContentId, TenantId
from engine.domain.schedule import strictest
from engine.domain.wordings import pair_problem
from engine.store import compliance as rules
from engine.store import content as contents
from engine.store import templates
from engine.store.content import NewVariant
from engine.store.tables import Content


def what_blocks(session: Session, pack: Content, variants: Sequence[NewVariant]) -> tuple[str, ...]:
    """Each blocking problem as a sentence that names its language; none when it may go out.

    A second wording need not be written in all languages of the audience: who reads another one
    gets the first.
    """
    tenant = TenantId(pack.tenant_id)
    readers = contents.audience(session, tenant)
    problems: list[str] = []
    if pack.b_of is not None:
        written = {variant.language for variant in variants}
        readers = {one: count for one, count in readers.items() if one in written}
        problems += _beside(session, ContentId(pack.b_of), variants)
    checks = compliance.check(variants, readers, rules.current(session, tenant))
    problems += [check.words for check in compliance.blocking(checks)]
    for variant in variants:
        standing = templates.standing(
            session, tenant, variant.template_name, variant.template_language
        )
        problem = template_standing.problem(variant, standing)
        if problem is not None:
            problems.append(f"{compliance.LANGUAGE_NAMES[variant.language]}: {problem}")
    return tuple(problems)


def _beside(session: Session, first: ContentId, variants: Sequence[NewVariant]) -> list[str]:
    """What keeps these from going out beside the first wording as it is now."""
    a = [contents.as_new(one) for one in contents.variants(session, first)]
    if not a or not variants:
        return []
    category, other = (strictest(Category(one.category) for one in some) for some in (a, variants))
    problem = pair_problem(
        [one.language for one in a],
        [one.language for one in variants],
        same_category=category is other,
    )
    return [] if problem is None else [problem]
