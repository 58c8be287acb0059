"""Every sentence that the audio stage shows to users, in one place."""

from __future__ import annotations

from analyzer.audio.report import Report
from analyzer.errors import AudioError
from analyzer.physics import SAMPLE_RATE_HZ

# code: (what is wrong, what to do). {name} is the file, {limit} the limit that was passed.
ERRORS: dict[str, tuple[str, str]] = {
    "missing": ("找不到文件", "请检查路径和文件名"),
    "directory": ("这是一个文件夹，不是录音文件", "请指定文件夹里的录音文件"),
    "not-a-file": ("这不是普通文件（可能是管道或设备）", "请先把录音保存成文件"),
    "unreadable": ("文件无法读取", "请检查文件权限和磁盘"),
    "empty": ("文件是空的（0 字节）", "请重新导出或重新上传录音"),
    "too-large": ("文件太大，超过上限 {limit}", "请分段导出，或调大设置 TINGJIAN_MAX_FILE_BYTES"),
    "text": ("内容是文本，不是录音", "请确认选对了文件；改扩展名不会把文本变成录音"),
    "zip": ("这是压缩包（zip），不是录音", "请先解压，再上传里面的录音"),
    "archive": ("这是压缩包（rar、7z、gz、tar 等），不是录音", "请先解压，再上传里面的录音"),
    "excel": ("这是 Excel 表格，不是录音", "请确认选对了文件；清单请在清单处上传"),
    "word": ("这是 Word 文档，不是录音", "请确认选对了文件"),
    "powerpoint": ("这是 PowerPoint 演示文稿，不是录音", "请确认选对了文件"),
    "office": ("这是 Office 文档（doc、xls 或 ppt），不是录音", "请确认选对了文件"),
    "pdf": ("这是 PDF 文档，不是录音", "请确认选对了文件"),
    "picture": ("这是图片，不是录音", "请确认选对了文件"),
    "database": ("这是数据库文件，不是录音", "请确认选对了文件"),
    "program": ("这是程序文件，不是录音", "请确认选对了文件"),
    "silk": ("这是微信/QQ 的 SILK 语音，无法直接解码", "请先转换成 mp3 或 wav 再上传"),
    "unfinished": ("录音没有正常结束，文件缺少索引（moov）", "请用原设备修复或重新导出这段录音"),
    "not-audio": (
        "不是能识别的录音格式",
        "支持 wav、mp3、m4a/aac、ogg/opus、flac、amr、wma、webm 以及带声音的 mp4、mov",
    ),
    "no-audio-stream": ("文件里没有声音（例如无声的视频）", "请确认导出时包含声音"),
    "codec": ("声音的编码方式不受支持", "请转换成 mp3 或 wav 再上传"),
    "encrypted": ("文件有加密保护（DRM），无法解码", "请导出没有加密的录音"),
    "sample-rate": ("采样率或声道数不合理", "请重新导出，采样率应在 4–384 kHz 之间"),
    "too-long": ("录音超过时长上限 {limit}", "请分段上传，或调大设置 TINGJIAN_MAX_DURATION_S"),
    "timeout": ("解码超过时间上限 {limit}，已放弃", "请检查文件是否损坏，或调大设置 TINGJIAN_DECODE_TIMEOUT_S"),
    "temp": ("解码需要的临时空间超过上限 {limit}", "请分段上传，或调大设置 TINGJIAN_MAX_TEMP_BYTES"),
    "memory": ("解码需要的内存超过上限", "文件可能已损坏，请重新导出"),
    "crashed": ("解码进程异常退出", "文件可能已损坏，请重新导出；其他录音不受影响"),
    "internal": ("解码时出现意外错误", "请把这个文件交给管理员；其他录音不受影响"),
    "no-samples": ("文件里没有任何声音数据（时长为零）", "请重新导出或重新上传录音"),
    "damaged": ("文件已损坏，解不出声音", "请重新导出或重新上传录音"),
    "disk-full": ("磁盘空间不足，无法解码", "请清理临时目录所在的磁盘后重试"),
}

CLIPPED_SHARE = 5e-4  # of all samples; loud but clean speech stays below 1e-5
DC_OFFSET = 0.02
MIN_LOSS_S = 0.3  # encoders pad and trim up to 0.1 s


def error(code: str, name: str, limit: str = "") -> AudioError:
    """The error a user reads: names the file and the reason, with the code in parentheses."""
    reason, advice = ERRORS[code]
    return AudioError(f"audio-{code}", f"录音「{name}」：{reason.format(limit=limit)}（audio-{code}）", advice)


def warnings(report: Report) -> tuple[str, ...]:
    """What a user should know about a recording that could be decoded, one Chinese sentence each."""
    sentences = []
    total_s = report.samples / SAMPLE_RATE_HZ
    stated_s = report.container_s
    lost_s = 0.0 if stated_s is None else stated_s - report.decoded_s - report.filled_s  # holes are told by themselves
    if stated_s is not None and lost_s > max(MIN_LOSS_S, 0.002 * stated_s):
        sentences.append(
            f"录音可能不完整：文件标明 {stated_s:.1f} 秒，只解出 {report.decoded_s:.1f} 秒，"
            f"缺少的 {lost_s:.1f} 秒没有参与判断。"
        )
    if report.unread_bytes:
        sentences.append(f"文件末尾还有 {readable_bytes(report.unread_bytes)} 读不出来，如果其中有声音，没有参与判断。")
    if report.cut:
        sentences.append("录音可能不完整：文件写到一半就断了，断开以后的声音没有参与判断，缺了多少看不出来。")
    if report.mended:
        sentences.append("文件头标明的长度比实际短，后面的声音也已全部读出。")
    if report.joined > 1:
        sentences.append(f"这个文件由 {report.joined} 段录音首尾相接而成，已全部读出，当作一段录音判断。")
    if report.bad_packets:
        sentences.append(f"文件有损坏：{report.bad_packets} 个数据包无法解码，已跳过。")
    if report.filled_s >= 0.1:
        sentences.append(f"录音中间缺少 {report.filled_s:.1f} 秒，已用静音补齐，时间位置不变。")
    if report.non_finite:
        sentences.append(f"有 {report.non_finite} 个采样值不是有效数字（NaN 或无穷大），已按静音处理。")
    if report.clipped_share > CLIPPED_SHARE and report.gain_db > -6.0:
        sentences.append(f"录音过载（削波）：{report.clipped_share:.1%} 的采样达到满幅，文字可能不准。")
    if abs(report.dc_offset) > DC_OFFSET:
        sentences.append(f"录音有直流偏移（{report.dc_offset:+.1%}），已去除。")
    if report.gain_db > 0.5:
        sentences.append(f"录音音量很小（{report.level_db:.0f} dBFS），已放大 {report.gain_db:.0f} dB，文字可能不准。")
    elif report.gain_db < -0.5:
        sentences.append(f"录音音量超过满幅，已降低 {-report.gain_db:.0f} dB。")
    if report.legs is not None:
        sentences.append(_legs_warning(*report.legs))
    sentences.extend(_channel_warnings(report))
    if total_s < 1.0:
        sentences.append(f"录音只有 {total_s:.2f} 秒。")
    return tuple(sentences)


def _legs_warning(first_s: float, second_s: float, later_s: float) -> str:
    later = "按开头对齐" if not later_s else f"{'右' if later_s > 0 else '左'}声道晚 {abs(later_s):.1f} 秒开始"
    return f"这通电话由两个文件合成：左声道 {first_s:.1f} 秒，右声道 {second_s:.1f} 秒，{later}，短的一边用静音补齐。"


def _channel_warnings(report: Report) -> list[str]:
    sentences = []
    if report.left_out_tracks:
        sentences.append(f"另有 {report.left_out_tracks} 条音轨无法解码或数量太多，没有听。")
    if report.tracks > 1:
        sentences.append(f"文件里有 {report.tracks} 条音轨，{_track_use(report)}。")
    return sentences + _layout_warnings(report)


def _track_use(report: Report) -> str:
    if report.choice in {"left", "right"}:
        return "只有一条有声音，已用这一条"
    return "已全部听过，当作两个声道" if report.channels == 2 else "已合在一起听"


def _layout_warnings(report: Report) -> list[str]:
    if report.tracks > 1 and report.choice in {"mixdown", "left", "right"}:
        return []
    if report.choice == "mixdown":
        return [f"录音有 {report.source_channels} 个声道，已混合成一个声道。"]
    if report.choice in {"left", "right"}:
        lively, silent = ("左", "右") if report.choice == "left" else ("右", "左")
        return [f"{silent}声道没有声音，只用{lively}声道。"]
    if report.choice == "silent" or (report.choice == "only" and report.level_db < -72.0):
        return ["录音里几乎没有声音。"]
    if report.source_channels > 2 and report.channels == 2 and report.tracks == 1:
        return [f"录音有 {report.source_channels} 个声道，其中两个各有一人，只用这两个。"]
    if report.delay_s is not None:
        return [f"两个声道是同一段谈话，只差约 {report.delay_s * 1000:.0f} 毫秒，已按一个声道处理。"]
    sentences = []
    if report.leak_db is not None and report.choice == "two":
        sentences.append(f"两个声道互相串音（约 {report.leak_db:.0f} dB），串音部分已压低。")
    for channel, delay_s in report.echoes:
        near, far = ("左", "右") if channel == 0 else ("右", "左")
        sentences.append(f"{far}声道的话约 {delay_s * 1000:.0f} 毫秒后又出现在{near}声道（回声），回声部分已压低。")
    return sentences


def readable_bytes(count: float) -> str:
    """For example 2.0 GB."""
    for unit in ("B", "KB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GB"


def readable_seconds(seconds: float) -> str:
    """For example 6 小时, 90 秒."""
    if seconds >= 3600:
        return f"{seconds / 3600:g} 小时"
    return f"{seconds / 60:g} 分钟" if seconds >= 120 else f"{seconds:g} 秒"
