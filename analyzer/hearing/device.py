"""Where a GPU is wanted and cannot be used: what is wrong, what happens instead and what to do, in one line.

Recordings are judged all the same, on the processor: a driver that broke overnight must not stop the morning's work. The line
travels with every result that was made so.
"""

from __future__ import annotations

from analyzer.settings import Settings

NO_GPU = "没有找到可用的显卡"
CHECK_DRIVER = "请用 nvidia-smi 检查显卡和驱动，或设 TINGJIAN_DEVICE=cpu"
CUDA_LIBRARIES = (
    "请确认装有 CUDA 12 的 cuBLAS（pip install nvidia-cublas-cu12），并且 LD_LIBRARY_PATH 指向它的 lib 文件夹"
)


def on_processor(settings: Settings, reason: str, advice: str) -> str:
    """The warning; `reason` is a clause, `advice` a sentence without its full stop."""
    wanted = "设置要求用显卡（TINGJIAN_DEVICE=cuda），但" if settings.device == "cuda" else "有显卡，但"
    return f"{wanted}{reason}，改用处理器转写；{advice}"
