"""From a script (who says what) to a recording: synthetic voices in stated rooms and on stated lines."""

from benchmarks.rendering.render import Rendered, render
from benchmarks.rendering.scenes import SCENES, Scene
from benchmarks.rendering.script import Expected, Script, ScriptError, read_expected, read_script

__all__ = ["SCENES", "Expected", "Rendered", "Scene", "Script", "ScriptError", "read_expected", "read_script", "render"]
