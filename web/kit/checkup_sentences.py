"""The sentences of the checkup (`web.maintenance`), as shapes with {places}, beside those of `sentences.py`."""

from __future__ import annotations

from dataclasses import fields

from web.config import Settings, WebSettings

CHECKUP = (
    "检查没有做成：{error}",
    "请检查数据库和磁盘",
    "SQLite {version} 有一个极少见的缺陷：写入与整理日志同时发生时可能损坏数据库",
    "请每天备份；有条件时换用带 SQLite 3.51.3 以上的 Python，或用 PostgreSQL",
    "数据库不是当前版本",
    "请运行 flask --app web upgrade",
    "数据库损坏：{error}",
    "请停止网站，从最近的备份恢复",
    "有的行指向不存在的行",
    "请从备份恢复，并告诉开发者",
    "数据库完好，版本正确",
    "操作日志不完整：{reason}",
    "请查明谁动过数据库",
    "操作日志完整",
    "没有可用的管理员账号",
    "请运行 flask --app web users add 用户名 --role admin",
    "网站在 {host} 上监听，前面没有 HTTPS：密码和录音在网络上是明文",
    "请在前面放一个 HTTPS 代理，网站只在 127.0.0.1 上监听，并设 TINGJIAN_WEB_PROXIES=1",
    "磁盘剩余 {size}",
    "磁盘剩余 {size}，已停止收文件",
    "请清理磁盘，或调小 TINGJIAN_WEB_MIN_FREE_BYTES",
    "请尽快清理磁盘",
    "{folder} 不能写",
    "请检查文件夹的所有者和权限",
    "{all} 份标准里有 {n} 份不能用",
    "请运行 python -m analyzer check",
    "{n} 份标准可用",
    "最近 {all} 段录音里有 {n} 段的文件不见了",
    "请从备份恢复音频文件夹",
    "最近 {n} 段录音的文件都在",
    "每天的备份没有打开",
    "请设 TINGJIAN_WEB_BACKUP_HOUR，或自己安排 backup 命令",
    "请看后台进程是否在运行，磁盘是否够用",
    "上一次备份：{day}",
    "有 {n} 项没做成，最近一项：{title}，{reason}",
    "请看网站的“处理队列”页；修好后会自动再试",
    "没有搁置的事项",
)
MACHINE = (
    "还没有语音模型",
    "请运行 make model",
    "语音模型 {name} 没有可对照的校验值，只核对了其余 {n} 个文件",
    "自备的模型请自己核对校验值",
    "模型的 {n} 个文件逐字节核对过，语音模型在 {folder}",
    "{title} 的文件损坏了：{path} 和发布的不一致，没有用它得出任何结果",
    "请重新安装：{command}",
    "请运行 python -m analyzer model --verify 重新生成",
    "语音模型 {name}",
    "语音检测模型（Silero VAD）",
    "说话人模型（CAM++）",
    "语音服务器 {address} 应答正常：听检自己的，引擎 {name}，能第二遍听",
    "语音服务器 {address} 应答正常：听检自己的，引擎 {name}，不能第二遍听",
    "语音服务器 {address} 应答正常；不是听检自己的，没有第二遍听，每个字的时间和把握要看它给不给（每份结果的提示里会写）",
    "录音的声音不加密地发到 {address}",
    "只在自己的内网里这样用；否则在语音服务器前面放 HTTPS，并把 TINGJIAN_SPEECH_URL 改成 https://",
    "{machine}的内存对模型 {name} 太小",
    "{machine}按型号大小最多用 {best}，现在是 {name}",
    "{machine}可以用更大的模型 {best}；现在是 {name}。大模型一般听得更准，测过的见 docs/ENGINES.md",
    "{machine}可以用更大的模型 {best}，一小时人声约听 {minutes} 分钟；现在是 {name}。大模型一般听得更准，测过的见 docs/ENGINES.md",
    "请改用 {best}：python -m analyzer model {best}，再设 TINGJIAN_MODEL={best}",
    "联网运行 python -m analyzer model {best}（下载 {megabytes} MB），先用几段录音试听，再设 TINGJIAN_MODEL={best}",
    "联网运行 python -m analyzer model {best}（下载 {megabytes} MB；连不上 huggingface.co 就用 {other}，{less} MB），先用几段录音试听，"
    "再设 TINGJIAN_MODEL={best} 或 {other}",
    "听得不清楚的录音（离得远、有噪声）自动换 {name} 重听",
    "内存不够再装下 {name}，听得不清楚的录音只用 {model} 听",
    "没有装 {name}，听得不清楚的录音（离得远、有噪声）只用 {model} 听，漏字较多",
    "联网运行 python -m analyzer model {name}，装好就会用",
    "联网运行 python -m analyzer model {name}，下载 {megabytes} MB，装好就会用",
    "{model} 里是 {family}（{type}）；没有公布的校验值可对照，也没有每个字的把握",
    "解码进程缺少这些隔离：{walls}",
    "需要 Linux 5.13 以上的内核；容器里还要允许 unshare、landlock 和 seccomp。没有它们照样解码，只是少一层保护",
    "解码进程已隔离：{walls}",
)
# put together from pieces that stand apart in the code
COMPOSED = (
    "每天的备份：还没有做过",
    "每天的备份：还没有做过；{note}",
    "每天的备份：上一次成功是 {day}",
    "每天的备份：上一次成功是 {day}；{note}",
    "这台机器（{cores} 核，{memory} GB 内存，没有显卡）",
    "这台机器（{cores} 核，{memory} GB 内存，{card} GB 显卡）",
    "{model} 里是 {family}（{type}）；没有公布的校验值可对照，也没有每个字的把握和时间",
    "独立的用户（user namespace）",
    "没有网络",
    "只读得到这一个录音（Landlock）",
    "不能联网、启动程序或碰别的进程（seccomp）",
)
# what the log's fault says (web.kit.audit), as the checkup wrote it down
FAULTS = (
    "第 {n} 条被改动，或它前面的一条被删除",
    "第 {n} 条没有加封，是绕过程序写进去的",
    "第 {n} 条是用另一个密钥加封的，无法核对；请把原来的密钥加进 TINGJIAN_WEB_AUDIT_KEY",
    "第 {n} 条曾经是最后一条，现在不见了或被换掉",
)


def meanings() -> dict[str, str]:
    """What each setting means, in Chinese and in English, as its field says it."""
    return {f.metadata["zh"]: f.metadata["doc"] for kind in (WebSettings, Settings) for f in fields(kind)}
