"""How Reflex compiles the dashboard. Ports and origins are not here: the build runs anywhere."""

import reflex as rx

config = rx.Config(
    app_name="app",
    plugins=[
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(accent_color="teal", gray_color="sand", radius="medium"),
        )
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # One process serves everything; what must outlive it is in the database.
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    # Nobody from elsewhere. `app.serve` adds the addresses the dashboard is really reached at.
    cors_allowed_origins=["http://127.0.0.1"],
    default_color_mode="system",
)
