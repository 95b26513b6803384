"""The stand-in's HTTP face: Graph routes, signed webhooks, and `/_sim` for faults and the truth."""

from engine.simulator.server.app import RunningSimulator, build_app, running, serve
from engine.simulator.server.face import Face, SimulatorOptions, make_face

__all__ = [
    "Face",
    "RunningSimulator",
    "SimulatorOptions",
    "build_app",
    "make_face",
    "running",
    "serve",
]
