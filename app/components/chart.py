"""A chart by plotly.js, drawn in the browser: the server sends numbers, and never loads a library.

    chart(Page.figure.data, Page.figure.light, Page.figure.dark, label=Page.figure.words)

`data` are plotly's traces as plain values, the two layouts those of the light and the dark theme.
Everything a chart shows stands in a table or a sentence, too; `label` is read out for it.
"""

import json
from typing import Any

import reflex as rx
from reflex_base.components.component import NoSSRComponent
from reflex_base.utils.imports import ImportDict, ImportVar

PLOTLY = "plotly.js-basic-dist-min"
"""Lines and bars only: a quarter of the whole library."""


class _Chart(NoSSRComponent):
    tag = "DayChart"
    library = "react-plotly.js@4.1.0"
    lib_dependencies: list[str] = [f"{PLOTLY}@3.7.0"]

    data: rx.Var[list[dict[str, Any]]]
    layout: rx.Var[dict[str, Any]]
    config: rx.Var[dict[str, Any]]
    use_resize_handler: rx.Var[bool]

    def add_imports(self) -> ImportDict:
        """The factory alone: it is given the small build of plotly, not the whole."""
        made = ImportVar(tag="createPlotlyComponent", is_default=True, package_path="/factory")
        return {"react-plotly.js": [made]}

    def _get_dynamic_imports(self) -> str:
        return (
            f"const {self.tag} = ClientSide(() => import('{PLOTLY}')"
            f".then((mod) => createPlotlyComponent(mod)), {json.dumps(self.tag)})\n"
        )


def chart(data: Any, light: Any, dark: Any, *, label: Any) -> rx.Component:
    """The chart in whichever theme is on."""
    return rx.el.div(
        _Chart.create(
            data=data,
            layout=rx.color_mode_cond(light=light, dark=dark),
            config={"displayModeBar": False, "responsive": True},
            use_resize_handler=True,
            style={"width": "100%", "height": "100%"},
        ),
        class_name="dc-plotly",
        role="img",
        aria_label=label,
    )
