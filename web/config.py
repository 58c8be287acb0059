"""Settings of the site: read once from TINGJIAN_WEB_* variables, checked, documented in the READMEs.

python -m web.config [zh]     prints the table that stands in README.md (README.zh.md)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import AnalyzerError, SettingsError
from analyzer.settings import PREFIX as ANALYZER_PREFIX
from analyzer.settings import ROOT, Settings, read_environment, setting, table

# the site's door to the analyzer's settings and errors
__all__ = ["ANALYZER_PREFIX", "ROOT", "AnalyzerError", "Settings", "SettingsError", "WebSettings"]

PREFIX = "TINGJIAN_WEB_"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Everything of the site that can be set. A field's `doc` and `zh` are its line in the tables of the READMEs.

    Empty URLs and paths mean: inside the service's own folder (`TINGJIAN_HOME`).
    """

    host: str = setting("127.0.0.1", "Address to listen on.", "监听的地址；要让同事访问，改为 0.0.0.0。")
    port: int = setting(8000, "Port to listen on.", "监听的端口。", min=1, max=65535)
    threads: int = setting(8, "Threads of each process of the site.", "网站每个进程的线程数。", min=1, max=256)
    processes: int = setting(
        0,
        "Processes of the site; 0: one a core, four at most.",
        "网站的进程数；0 表示每个核一个，最多四个。",
        min=0,
        max=64,
    )
    secret_key: str = setting(
        "",
        "Key that signs sessions; empty: made once and kept in `TINGJIAN_HOME`.",
        "给会话签名的密钥；留空则自动生成，保存在 `TINGJIAN_HOME`。",
        empty=True,
    )
    audit_key: str = setting(
        "",
        "Keys that seal the audit log, 32 characters at least, newest first, separated by commas; "
        "empty: made once and kept in `TINGJIAN_HOME`.",
        "给操作日志加封的密钥，至少 32 个字符，新的在前，用逗号分开；留空则自动生成，保存在 `TINGJIAN_HOME`。",
        empty=True,
    )
    database_url: str = setting(
        "",
        "SQLAlchemy URL; empty: SQLite in `TINGJIAN_HOME`.",
        "数据库地址（SQLAlchemy URL）；留空则用 `TINGJIAN_HOME` 里的 SQLite。",
        empty=True,
    )
    queue_url: str = setting(
        "",
        "Broker that wakes workers at once, `redis://…` or `postgresql://…`; "
        "empty: they look at the database once a second.",
        "唤醒后台进程的消息服务，`redis://…` 或 `postgresql://…`；留空则后台进程每秒看一次数据库。",
        empty=True,
    )
    storage_url: str = setting(
        "",
        "Where audio is kept (fsspec URL); empty: a folder in `TINGJIAN_HOME`.",
        "录音存放处（fsspec 地址）；留空则放在 `TINGJIAN_HOME` 的文件夹里。",
        empty=True,
    )
    log_format: str = setting(
        "text",
        "Form of the log: `text` for people, `json` one object a line.",
        "日志的格式：`text` 给人看，`json` 每行一个对象给程序看。",
        choices=("text", "json"),
    )
    backup_hour: int = setting(
        3,
        "Hour of the day from which the worker makes the day's backup; -1: none.",
        "后台进程每天从几点起做当天的备份；-1 表示不做。",
        min=-1,
        max=23,
    )
    backup_keep_days: int = setting(
        7, "Days after which such backups are removed.", "这样的备份保留多少天。", min=1, max=3650
    )
    backup_folder: str = setting(
        "",
        "Folder of backups, best on another disk; empty: in `TINGJIAN_HOME`, and then nightly ones leave the audio out.",
        "备份存放的文件夹，最好在另一块磁盘上；留空则放在 `TINGJIAN_HOME` 里，每天的备份就不含录音。",
        empty=True,
    )
    metrics_from: str = setting(
        "127.0.0.0/8, ::1",
        "Addresses and networks that may read `/metrics`, separated by commas; empty: none.",
        "可以读取 `/metrics` 的地址和网段，用逗号分开；留空则都不可以。",
        empty=True,
    )
    timezone: str = setting("Asia/Shanghai", "Time zone of dates and times on pages.", "页面上日期和时间所用的时区。")
    language: str = setting(
        "zh_Hans_CN",
        "Language of whoever has not chosen one: `zh_Hans_CN`, `zh_Hant`, `en`, or `auto` for the browser's.",
        "没有自己选过语言的人看到的语言：`zh_Hans_CN` 简体、`zh_Hant` 繁体、`en` 英文，`auto` 按浏览器的语言。",
        choices=("zh_Hans_CN", "zh_Hant", "en", "auto"),
    )
    session_minutes: int = setting(
        480,
        "Minutes without a click after which one must log in again.",
        "多少分钟没有操作要重新登录。",
        min=1,
        max=43200,
    )
    session_hours: int = setting(
        12,
        "Hours after a login after which one must log in again in any case.",
        "登录多少小时后，无论有没有操作，都要重新登录。",
        min=1,
        max=720,
    )
    secure_cookies: bool = setting(
        False,
        "Send cookies over HTTPS only, even where no proxy says that a request came over HTTPS.",
        "一律只在 HTTPS 下发送 cookie（即使代理没有说明请求来自 HTTPS）。",
    )
    proxies: int = setting(
        0,
        "Reverse proxies in front of the site whose word on the visitor's address and HTTPS is taken.",
        "网站前面有几层可信的反向代理；来访者的地址和是否 HTTPS 以它们的话为准。",
        min=0,
        max=8,
    )
    initial_password_days: int = setting(
        7,
        "Days within which a password given by an admin must be used.",
        "管理员给的初始密码多少天之内有效。",
        min=1,
        max=90,
    )
    require_second_factor: str = setting(
        "nobody",
        "Who must use a second factor (TOTP): `nobody`, `managers` (and admins) or `everybody`; all others may.",
        "谁必须使用两步验证（手机动态码）：`nobody` 不要求，`managers` 主管和管理员，`everybody` 所有人；其他人可自行开启。",
        choices=("nobody", "managers", "everybody"),
    )
    oidc_issuer: str = setting(
        "",
        "Company login by OpenID Connect (docs/OIDC.md): address of the provider (issuer), `https://…`; empty: none.",
        "公司账号登录（OpenID Connect，见 docs/OIDC.md）：认证服务的地址（issuer），`https://…`；留空则不用。",
        empty=True,
    )
    oidc_client_id: str = setting(
        "", "Name of this site at the provider.", "本网站在认证服务登记的 client_id。", empty=True
    )
    oidc_client_secret: str = setting(
        "",
        "Its secret; empty: the file below, or a public client (PKCE alone).",
        "本网站的 client_secret；留空则读下面的文件，都没有则作为公开客户端（只用 PKCE）。",
        empty=True,
    )
    oidc_client_secret_file: str = setting(
        "", "File whose first line is that secret.", "第一行是 client_secret 的文件。", empty=True
    )
    oidc_scope: str = setting(
        "openid profile",
        "What the provider is asked for; some give groups only with a scope of its own (`openid profile groups`).",
        "向认证服务要的内容（scope）；有的服务要另加 `groups` 才给用户组。",
    )
    oidc_groups_claim: str = setting(
        "groups",
        "Claim that holds a person's groups; dots lead inwards (`realm_access.roles`).",
        "用户组在哪个 claim 里；点号表示里层（`realm_access.roles`）。",
    )
    oidc_roles: str = setting(
        "",
        "Groups and their roles, separated by semicolons, first match wins: `qa-leads=admin; qa=qa`. In none: refused.",
        "用户组对应的身份，用分号分开，排在前面的优先：`qa-leads=admin; qa=qa`；不在任何一组的人不能登录。",
        empty=True,
    )
    oidc_teams: str = setting(
        "",
        "Groups and the teams of managers, `east=东区; west=西区; heads=*` (`*`: all); a manager in none is refused. "
        "Empty: as the account says.",
        "用户组对应的主管班组，`east=东区; west=西区; heads=*`（`*` 为全部班组），不在任何一组的主管不能登录；留空则按账号里的设置。",
        empty=True,
    )
    oidc_username_claim: str = setting(
        "",
        "Claim by whose value an existing account of that user name is taken for the person's (never an admin's); only "
        "one that people cannot change themselves. Empty: none.",
        "用哪个 claim 的值认领同名的已有账号（管理员账号除外）；必须是本人改不了的值。留空则不认领。",
        empty=True,
    )
    oidc_staff_claim: str = setting(
        "",
        "Claim that holds the staff number; technicians need it.",
        "工号在哪个 claim 里；技师用公司账号登录要靠它对应到人员。",
        empty=True,
    )
    oidc_create: bool = setting(
        False,
        "Make an account at the first login of a person who has a role; else an admin links it to one.",
        "有身份的人第一次登录时自动建账号；否则由管理员关联到已有账号。",
    )
    oidc_second_factor: bool = setting(
        False,
        "Ask for the site's own second factor after the company's login too.",
        "公司账号登录后也要本网站的两步验证。",
    )
    oidc_button: str = setting(
        "",
        "Words on the button of the login page; empty: 用公司账号登录, in the reader's language.",
        "登录页上按钮的文字；留空则为“用公司账号登录”。",
        empty=True,
    )
    trusted_hosts: str = setting(
        "",
        "Host names the site answers to, separated by commas; empty: any.",
        "网站应答的主机名，用逗号分开；留空则不限。",
        empty=True,
    )
    slice_bytes: int = setting(
        8 * 1024**2, "Size of an upload slice in bytes.", "上传时每一片的大小，字节。", min=65536, max=16 * 1024**2
    )
    min_free_bytes: int = setting(
        2 * 1024**3,
        "Uploads are refused when less than this is free on the disk.",
        "磁盘剩余空间少于这么多字节就不再收文件。",
        min=0,
        max=2**50,
    )
    file_name_pattern: str = setting(
        "{date}_{staff_no}_{order_no}_{kind}", "Pattern that file names are read by.", "从文件名读出信息的格式。"
    )
    drop_folder: str = setting(
        "",
        "Folder whose recordings are taken in by the worker; empty: none.",
        "投递文件夹：放进去的录音由后台自动收取；留空则不用。",
        empty=True,
    )
    drop_standard: str = setting(
        "",
        "Standard of dropped recordings that say none themselves, like `property-visit`; empty: somebody is asked.",
        "投递的录音自己没有说明时用的标准，如 `property-visit`；留空则等人补充。",
        empty=True,
    )
    drop_still_seconds: int = setting(
        10,
        "Seconds that size and time of a dropped file must stand still before it is taken in.",
        "投递的文件大小和时间多少秒不变才收取。",
        min=0,
        max=3600,
    )
    drop_wait_seconds: int = setting(
        60,
        "Seconds that a dropped recording whose standard is not known waits for the file that tells about it.",
        "投递的录音还不知道按哪个标准判断时，等同名的说明文件多少秒。",
        min=0,
        max=86400,
    )
    lease_seconds: int = setting(
        30,
        "A worker silent for this long is taken for dead and its recording queued again.",
        "后台进程多少秒没有动静就视为中断，录音重新排队。",
        min=5,
        max=3600,
    )
    api_per_minute: int = setting(
        300,
        "Requests a minute that each token of the REST API may make (counted together by all processes of a machine).",
        "REST 接口每个令牌每分钟最多多少次请求（同一台机器的各个进程合计）。",
        min=1,
        max=100_000,
    )
    random_share: float = setting(
        0.1, "Share of recordings drawn at random for review.", "随机抽查的录音比例。", min=0.0, max=1.0
    )
    daily_share: int = setting(
        20,
        "Recordings that make a reviewer's share of a day.",
        "质检员每天的复核份额，多少段。",
        min=1,
        max=500,
    )
    second_share: float = setting(
        0.05,
        "Share of signed recordings drawn for a second, blind review by another person.",
        "签核后抽多少比例的录音，由另一位质检员不看结果再复核一次。",
        min=0.0,
        max=1.0,
    )
    min_recordings: int = setting(
        5,
        "Fewer judged recordings than this give no rank.",
        "评出分数的录音少于这么多段，不参加排名。",
        min=1,
        max=1000,
    )
    accuracy_line: float = setting(
        0.9,
        "A rule that agrees with people, or accuses rightly, less often than this is flagged on its standard's page.",
        "规则与人工的一致率或查准率低于这个比例，就在标准页上标出来。",
        min=0.5,
        max=1.0,
    )
    appeal_days: int = setting(
        7,
        "Days after sign-off in which a technician can contest a verdict.",
        "签核后多少天之内可以申诉。",
        min=1,
        max=365,
    )
    appeal_answer_days: int = setting(
        5,
        "Days in which an appeal is to be answered, in each of its two rounds.",
        "申诉要在多少天之内答复，两轮各算各的。",
        min=1,
        max=365,
    )
    punctual_minutes: int = setting(
        10,
        "Minutes after the appointment that still count as on time.",
        "预约时间之后多少分钟以内到达仍算准时。",
        min=0,
        max=240,
    )
    workdays_file: str = setting(
        "",
        "File with holidays and make-up working days; empty: Monday to Friday work.",
        "节假日和调休的文件；留空则周一到周五上班。",
        empty=True,
    )
    keep_audio_days: int = setting(
        0,
        "Days that the sound of a recording is kept, from its upload; 0: for ever.",
        "录音的声音保存多少天（从收到那天算）；0 表示一直保存。",
        min=0,
        max=36500,
    )
    keep_transcript_days: int = setting(
        0,
        "Days that the words are kept: transcript, quotations, notes; 0: for ever.",
        "文字（听写稿、引文、备注）保存多少天；0 表示一直保存。",
        min=0,
        max=36500,
    )
    keep_score_days: int = setting(
        0,
        "Days that verdicts and scores are kept; then the whole recording is deleted; 0: for ever.",
        "判定和得分保存多少天，到期整条删除；0 表示一直保存。",
        min=0,
        max=36500,
    )
    smtp_url: str = setting(
        "",
        "Mail server for notices and the weekly digest, `smtp://user:password@host:port`; empty: no mail.",
        "发通知和周报的邮件服务器 `smtp://用户:密码@主机:端口`；留空则不发邮件。",
        empty=True,
    )
    mail_from: str = setting("tingjian@localhost", "Sender of mails.", "邮件的发件人。")
    notice_days: int = setting(90, "Days that notices on the site are kept.", "站内通知保留多少天。", min=1, max=3650)
    wecom_url: str = setting(
        "",
        "Address of the robot of a WeCom (企业微信) group that is told of new appeals and published months; empty: none.",
        "企业微信群机器人的地址（Webhook），有新申诉、月度结果发布时发到群里；留空则不发。",
        empty=True,
    )
    dingtalk_url: str = setting(
        "",
        "Address of the robot of a DingTalk (钉钉) group, for the same; empty: none.",
        "钉钉群机器人的地址（Webhook），用途同上；留空则不发。",
        empty=True,
    )
    dingtalk_secret: str = setting(
        "",
        "Secret that signs messages to the DingTalk robot (加签), `SEC…`; empty: not signed.",
        "钉钉群机器人安全设置里“加签”的密钥，`SEC` 开头；留空则不加签。",
        empty=True,
    )
    private_webhooks: bool = setting(
        False,
        "Robots and webhooks may be at addresses of the own network, and without HTTPS.",
        "群机器人和事件推送的地址可以在内部网络里，也可以不是 HTTPS。",
    )
    opinion_url: str = setting(
        "",
        "Address of a language model on this machine or in the own network, OpenAI-compatible (`http://127.0.0.1:8080/v1`), "
        "that proposes answers where only a person may judge; empty: none.",
        "本机或内部网络里的语言模型服务的地址（OpenAI 接口，如 `http://127.0.0.1:8080/v1`），为只能由人判断的条款提建议；"
        "留空则不用。",
        empty=True,
    )
    opinion_model: str = setting("local", "Name of the model that is asked for.", "请求时写的模型名。")
    opinion_key: str = setting(
        "", "Key for that server; empty: none is sent.", "这个服务的密钥；留空则不发送。", empty=True
    )
    opinion_seconds: int = setting(
        180, "Seconds that one answer of it may take.", "它一次回答最多等多少秒。", min=5, max=3600
    )
    public_url: str = setting(
        "http://127.0.0.1:8000", "Address of the site in mails and exports.", "邮件和导出文件里网站的地址。"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: object) -> WebSettings:
        """Settings from TINGJIAN_WEB_* variables; `overrides` (not None) win. Raises SettingsError with a hint."""
        return read_environment(cls, PREFIX, environment, overrides)

    def database(self, home: Path) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{home.resolve() / 'web' / 'tingjian.db'}"

    def storage(self, home: Path) -> str:
        """Return the fsspec URL of the folder that holds audio."""
        return self.storage_url or (home.resolve() / "web" / "audio").as_uri()


if __name__ == "__main__":
    sys.stdout.write(table("zh" if sys.argv[1:] == ["zh"] else "doc", WebSettings, PREFIX))
