"""The sentences that the analyzer and the worker write down, as shapes with {places}: what `told` can say otherwise.

Those of tables stand there (reasons, audio, standards), the checkup's in `checkup_sentences.py`; the others are written here
as their authors put them together.
A sentence that has no shape here is shown as it was written, in Simplified Chinese.
"""

from __future__ import annotations

from analyzer.audio.messages import ERRORS
from analyzer.judging.reasons import PARTS, TEMPLATES
from analyzer.rubric.messages import TEXTS
from web.kit.checkup_sentences import CHECKUP, COMPOSED, FAULTS, MACHINE

AUDIO = (
    "录音「{name}」：{reason}（{code}）",
    "{n} 小时",
    "{n} 分钟",
    "{n} 秒",
    "录音可能不完整：文件标明 {a} 秒，只解出 {b} 秒，缺少的 {c} 秒没有参与判断。",
    "文件末尾还有 {n} 读不出来，如果其中有声音，没有参与判断。",
    "录音可能不完整：文件写到一半就断了，断开以后的声音没有参与判断，缺了多少看不出来。",
    "文件头标明的长度比实际短，后面的声音也已全部读出。",
    "这个文件由 {n} 段录音首尾相接而成，已全部读出，当作一段录音判断。",
    "文件有损坏：{n} 个数据包无法解码，已跳过。",
    "录音中间缺少 {n} 秒，已用静音补齐，时间位置不变。",
    "有 {n} 个采样值不是有效数字（NaN 或无穷大），已按静音处理。",
    "录音过载（削波）：{n} 的采样达到满幅，文字可能不准。",
    "录音有直流偏移（{n}），已去除。",
    "录音音量很小（{a} dBFS），已放大 {b} dB，文字可能不准。",
    "录音音量超过满幅，已降低 {n} dB。",
    "录音只有 {n} 秒。",
    "另有 {n} 条音轨无法解码或数量太多，没有听。",
    "文件里有 {n} 条音轨，只有一条有声音，已用这一条。",
    "文件里有 {n} 条音轨，已全部听过，当作两个声道。",
    "文件里有 {n} 条音轨，已合在一起听。",
    "录音有 {n} 个声道，已混合成一个声道。",
    "右声道没有声音，只用左声道。",
    "左声道没有声音，只用右声道。",
    "录音里几乎没有声音。",
    "录音有 {n} 个声道，其中两个各有一人，只用这两个。",
    "两个声道是同一段谈话，只差约 {n} 毫秒，已按一个声道处理。",
    "两个声道互相串音（约 {n} dB），串音部分已压低。",
    "右声道的话约 {n} 毫秒后又出现在左声道（回声），回声部分已压低。",
    "左声道的话约 {n} 毫秒后又出现在右声道（回声），回声部分已压低。",
)
HEARING = (
    "文字反复循环，不像真人说话",
    "文字反复循环",
    "字数多得来不及说",
    "引擎认为这里没有人说话",
    "引擎自己没有把握",
    "引擎在噪声里常编造的句子：{quote}",
    "引擎把提示词当成了语音",
    "整段录音只有嗯啊声，不像有人说话",
    "语音引擎不给出每个字的把握：听到的禁语只列为疑似，似是而非的话不作判断，请人工复听",
    "语音引擎不给出每个字的时间：各字的时间是按句子平均分的，跳到录音里可能差几秒",
    "语音引擎 {name} 不能把词句再对一遍录音：没有第二遍听，可能听岔的话要靠人工复听",
    "录音不清楚，本来要换更准的语音模型重听，但它用不了，没有重听：{reason}",
    "录音不清楚（离得远或有噪声），已换更准的语音模型重听，文字以重听的为准",
    "已说明服务人员的声道，但这段录音不是一人一个声道，身份改由说的话判断",
    "转写里有 {n} 段的结束时间等于开始时间，时长已按字数估计，时间只是大概",
    "转写里有 {n} 段和别的段完全相同，只算一次",
    "转写里有 {n} 段短得来不及说（每秒超过 {most} 个字），时长已按字数估计，时间只是大概",
    "转写里的各段没有按时间先后排列，已重新排好，请核对时间是否正确",
    "没有把握分清谁是服务人员：要求的话双方说了都算，禁语只记为疑似",
    "说话人身份把握不大（{name}），请核对后再看结论",
    "{note}，但不能确定",
)
WORK = (
    "这段录音的资料读不出来",
    "请把技术细节交给管理员；其他录音不受影响",
    "录音已签核，新的结果没有采用",
    "处理期间资料有改动",
    "存放录音的地方没有应答",
    "请稍后重试；仍不行请联系管理员",
    "请检查磁盘后重试",
    "处理时出现意外错误",
    "这段录音还没有转写，不能重新判分",
    "请先重试处理这段录音",
    "这几秒没能剪出来",
    "请检查录音文件和磁盘空间，之后会自动再试",
    "试算时出现意外错误：{error}",
    "标准文件在试算期间变了（程序升级过）。请重新试算。",
    "还没有选定标准",
    "请先选择按哪个标准判断",
    "学习中断了。请再试一次；如果又中断，请把后台进程的日志交给管理员。",
    "{seconds} 秒没有任何进展",
    "结果没能保存",
    "处理这段录音时，后台进程中断了 {n} 次，已搁置",
    "请换一种格式重新导出再上传，或交给管理员检查；其他录音不受影响",
    "处理这段录音时内存不够",
    "处理这段录音时内存不够，已试 {n} 次",
    "请给这台机器加内存，或把录音分段后再上传；其他录音不受影响",
    "标准有改动，按声音复核疑点",
    "标准有新版本，重新判分",
    "演示档案",
    "演示数据：由模板生成，没有录音，人物和事情都是虚构的",
    "演示数据：由模板生成，合成语音朗读，干活的空白剪短了；人物和事情都是虚构的",
    "录音已签核，不能再改",
    "请先撤回签核并说明原因",
    "这段录音的文字已按保存期限或申请删除，不能再判",
    "原来的判定和得分仍然有效",
    "{name}（磁盘、文件夹权限或网络）；修好后会自动再试",
    "程序出错（{name}），细节在后台进程的日志里",
    "存放处没有应答（{name}）",
)
SENDING = (
    "对方没有收下（HTTP {n}）",
    "对方要求转到别的地址，没有跟过去；请填写最终的地址",
    "连不上（{name}）",
    "请检查网络和地址",
    "地址不对",
    "要写成 https:// 开头的完整地址",
    "地址在内部网络里，没有发送",
    "如果就是要发到内部网络，请设 TINGJIAN_WEB_PRIVATE_WEBHOOKS=true",
    "签名用的密钥找不到了（TINGJIAN_WEB_AUDIT_KEY 换过）",
    "请把原来的密钥加进 TINGJIAN_WEB_AUDIT_KEY，或更换这个地址的密钥",
)
DRAFTS = (
    "添加条款：{what}",
    "添加一部分：{what}",
    "上移：{what}",
    "下移：{what}",
    "删除：{what}",
    "撤销：{what}",
    "全文：{file}",
    "全文：{file}（与别人的修改合并）",
    "并入已发布的新内容：{file}",
    "计分与尺度：{fields}",
    "{what}：从复核添短语“{phrase}”",
    "校准“{what}”的例句",
)


INTAKE = (  # why something is not taken in (web.intake.receive), and what to do
    "「{name}」：{reason}",
    "没有工号为 {staff_no} 的人员",
    "请先在“人员”里添加，或改正工号",
    "没有编号为 {order_no} 的工单",
    "请先导入工单，或改正工单号",
    "没有标准 {standard_id}",
    "请从列表里选一个标准",
    "录音那天标准 {standard_id} 还没有生效",
    "请改用当天有效的标准，或先发布一个从那天起生效的版本",
    "请改正文件名、清单或填写的时间",
    "磁盘空间不足，还剩 {n}",
    "请联系管理员清理磁盘后再上传",
)


def shapes() -> tuple[str, ...]:
    """Every shape once, those of the tables first. A part in 〔…〕 may be left out."""
    tables = [*TEMPLATES.values(), *PARTS.values()]
    for said in (*ERRORS.values(), *TEXTS.values()):
        tables += [text for text in said if text]
    written = (AUDIO, HEARING, WORK, SENDING, DRAFTS, CHECKUP, MACHINE, COMPOSED, FAULTS, INTAKE)
    return tuple(dict.fromkeys([*tables, *(text for part in written for text in part)]))
