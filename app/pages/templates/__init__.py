"""What may we send, will WhatsApp let us, and what takes over when it does not (spec T1, T2)."""

import reflex as rx

from app.components.cards import skeleton
from app.frame import page
from app.navigation import Group
from app.pages.templates import dialogs, view
from app.pages.templates.form import TemplateForm
from app.pages.templates.listing import TemplateDialog, TemplatesPage


@page(
    "/templates",
    "Templates",
    group=Group.CONTENT,
    icon="layout-template",
    on_load=TemplatesPage.load,
)
def templates_page() -> rx.Component:
    """The templates as cards, what was asked of WhatsApp, the form, and the questions."""
    return rx.fragment(
        view.head(TemplatesPage, TemplateForm),
        rx.cond(
            TemplatesPage.loaded,
            view.shelf(TemplatesPage, TemplateForm, TemplateDialog),
            rx.fragment(skeleton(4), skeleton(4)),
        ),
        dialogs.editor(TemplateForm),
        dialogs.questions(TemplateDialog),
    )
