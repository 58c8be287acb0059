"""How much a document may be, so that time and memory stay bounded, and the error of one that is refused."""

from __future__ import annotations

from analyzer.errors import AnalyzerError

MAX_BYTES = 10 * 1024**2  # of a file
MAX_CHARS = 120_000  # of a text: some two hundred pages
MAX_CLAUSES = 250  # of one document
MAX_CLAUSE_CHARS = 2_000  # of one clause: work grows with its square
MAX_DEMANDS = 500  # that one document's clauses are cut into
MAX_UNPACKED = 48 * 1024**2  # bytes of all parts of a .docx
MAX_PARTS = 2_000
MAX_RATIO = 200  # unpacked to packed, of parts over a megabyte: XML of text packs to a tenth or twentieth
MAX_PARAGRAPHS = 20_000

_TEXTS: dict[str, tuple[str, str]] = {
    "empty": ("文件里没有文字", "把标准的正文粘贴进来，或者另选一份文件；扫描成图片的文件要先转成文字"),
    "too-big": ("文件有 {size}，超过 {most}", "删去图片，或者只粘贴标准的正文"),
    "too-long": ("文字有 {count} 个字，一次最多 {most} 个字", "一次只导入一份标准，或者分几次粘贴"),
    "too-many-clauses": ("这份标准有 {count} 条，一次最多 {most} 条", "分几次导入"),
    "long-clause": (
        "“{start}……”这一条有 {count} 个字，一条最多 {most} 个字",
        "看看是不是没有分行：条款要一条一行",
    ),
    "no-clauses": (
        "没有找到条款",
        "条款要一条一行，前面最好有编号，如“一、”“1、”“（1）”“第一条”；目录和封面不用粘贴",
    ),
    "old-word": (
        "这是旧格式的 Word 文件（.doc），读不了",
        "用 Word 或 WPS 打开，“另存为”.docx，再导入；也可以直接粘贴正文",
    ),
    "pdf": ("这是 PDF 文件，读不了", "打开以后全选、复制，把正文粘贴进来；或者导出成 .docx"),
    "rtf": ("这是 RTF 文件，读不了", "用 Word 或 WPS 打开，“另存为”.docx，再导入；也可以直接粘贴正文"),
    "other-zip": (
        "这是压缩包，或者不是 Word 的文档",
        "解压以后选里面的 .docx 或 .txt；表格和演示文稿请复制正文粘贴进来",
    ),
    "not-text": ("这个文件不是文字", "只收 .docx 和 .txt；别的文件请打开以后复制正文，粘贴进来"),
    "encoding": ("认不出文字的编码", "用记事本打开，“另存为”时编码选 UTF-8，再导入；也可以直接粘贴正文"),
    "docx-broken": ("Word 文件损坏了，打不开", "用 Word 或 WPS 打开，“另存为”一份新的 .docx；也可以直接粘贴正文"),
    "docx-locked": ("Word 文件有密码", "打开以后去掉密码再存一份；也可以直接粘贴正文"),
    "docx-bomb": ("Word 文件解开以后太大（{size}），不像一份标准", "只粘贴正文"),
    "docx-entities": (
        "Word 文件里有不该有的外部定义（DOCTYPE）",
        "用 Word 或 WPS 打开，“另存为”一份新的 .docx；也可以直接粘贴正文",
    ),
    "docx-long": ("Word 文件有 {count} 段以上，一次最多 {most} 段", "只留下标准的正文，分几次导入"),
}


class DocumentError(AnalyzerError):
    """A document that cannot be read as a standard: the only error that `analyzer.drafting` raises."""


def refuse(code: str, **values: object) -> DocumentError:
    """Return the error of this code with its sentences filled in."""
    message, advice = _TEXTS[code]
    return DocumentError(code, message.format(**values), advice)


def in_megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 // 10 else f"{size} B"
