"""What the audit log's words are called on its page. The words themselves are stored and never change."""

from __future__ import annotations

from typing import Any

from web.kit.i18n import gettext as _


def actions() -> dict[str, str]:
    """Return the names of all actions; a test looks for any that is missing."""
    return {
        "login": _("登录"),
        "login-failed": _("登录失败"),
        "login-expired": _("初始密码过期"),
        "throttled": _("尝试太多，开始等待"),
        "code-failed": _("动态码不对"),
        "recovery-code": _("使用恢复码"),
        "second-factor-on": _("开启两步验证"),
        "second-factor-off": _("关闭两步验证"),
        "logout": _("退出"),
        "signed-out": _("令其退出登录"),
        "password-changed": _("修改密码"),
        "user-added": _("新增账号"),
        "user-changed": _("修改账号"),
        "staff-changed": _("修改人员"),
        "staff-imported": _("导入人员"),
        "order-changed": _("修改工单"),
        "orders-imported": _("导入工单"),
        "recording.received": _("收到录音"),
        "recording.imported": _("导入文字稿"),
        "recording.details": _("补充录音资料"),
        "recording.retry": _("重新处理"),
        "recording.cancel": _("取消处理"),
        "aside-retried": _("再试没做成的事项"),
        "recording.delete": _("删除录音"),
        "recording-deleted": _("删除录音"),
        "recording-excluded": _("不计入统计"),
        "recording-counted-again": _("恢复计入统计"),
        "upload.cancelled": _("取消上传"),
        "upload.refused": _("没有收下的上传"),
        "listen": _("收听"),
        "download": _("下载录音"),
        "export": _("导出"),
        "text-corrected": _("更正文字"),
        "role-corrected": _("更正说话人"),
        "role-changed": _("指定说话人"),
        "roles-swapped": _("角色对调"),
        "details-changed": _("修改录音资料"),
        "technician-assigned": _("指定技师"),
        "verdict-confirm": _("确认判定"),
        "verdict-bulk": _("其余按机器判定"),
        "verdict-overrule": _("改判"),
        "verdict-answer": _("人工判定"),
        "verdict-withdraw": _("撤回复核"),
        "verdict-appeal": _("申诉改判"),
        "signed": _("签核"),
        "share-drawn": _("领取今日份额"),
        "review-take": _("领取复核"),
        "review-taken-over": _("接手复核"),
        "review-over": _("领取复核"),
        "review-give": _("指派复核"),
        "review-back": _("放回复核"),
        "team-reviewer": _("班组分工"),
        "second-review": _("二次复核"),
        "reopened": _("退回复核"),
        "blind-review": _("盲评开关"),
        "calibration-started": _("开始校准"),
        "calibration-handed-in": _("提交校准判定"),
        "calibration-closed": _("结束校准"),
        "calibration-agreed": _("记校准共识"),
        "calibration-example": _("校准例句加入草稿"),
        "appealed": _("提出申诉"),
        "appeal-upheld": _("申诉成立"),
        "appeal-partly": _("申诉部分成立"),
        "appeal-rejected": _("申诉不成立"),
        "appeal-accepted": _("接受申诉答复"),
        "appeal-contested": _("再申诉"),
        "appeal-decided": _("裁定申诉"),
        "clip-added": _("保存片段"),
        "clip-removed": _("移除片段"),
        "coaching-note": _("写辅导记录"),
        "coaching-done": _("完成辅导约定"),
        "month-published": _("发布月度评分卡"),
        "draft-opened": _("打开标准草稿"),
        "draft-changed": _("修改标准草稿"),
        "draft-dropped": _("放弃标准草稿"),
        "standard-published": _("发布标准"),
        "standard-retired": _("停用标准"),
        "standard-imported": _("导入标准文件"),
        "learning-asked": _("要求从复核学习"),
        "learned": _("从复核学习"),
        "person-asked": _("查询个人数据"),
        "person-exported": _("导出个人数据"),
        "person-erased": _("删除个人数据"),
        "retention-expired": _("到期删除"),
        "hold-set": _("设定法律保留"),
        "hold-lifted": _("解除法律保留"),
        "backup": _("备份"),
        "dry-run-begun": _("开始试算草稿"),
        "dry-run-stopped": _("停止试算"),
        "rejudging-begun": _("按新版本重新判分"),
        "rejudging-ended": _("重新判分排完了队"),
        "backup-asked": _("要求备份"),
        "checkup-asked": _("要求体检"),
        "restored": _("从备份恢复"),
        "refused": _("被拒绝"),
        "demo.seeded": _("写入演示数据"),
    }


def objects() -> dict[str, str]:
    """Return what the log's entries are about."""
    return {
        "user": _("账号"),
        "recording": _("录音"),
        "recordings": _("录音列表"),
        "scorecards": _("评分卡"),
        "technician": _("人员"),
        "order": _("工单"),
        "team": _("班组"),
        "job": _("任务"),
        "set_aside": _("没做成的事项"),
        "upload": _("上传"),
        "clip": _("片段"),
        "calibration": _("校准"),
        "month": _("月度评分卡"),
        "person": _("个人数据"),
        "readers": _("意思相同的读者"),
        "standard": _("标准"),
        "standard_run": _("试算"),
        "page": _("页面"),
    }


def detail_words(detail: dict[str, Any]) -> str:
    """Return an entry's detail in words: names of fields and verdicts in Chinese, what people typed as it is."""
    names, values = _fields(), _values()
    return "；".join(f"{names.get(k, k)}：{values.get(v, v) if isinstance(v, str) else v}" for k, v in _shown(detail))


def _shown(detail: dict[str, Any]) -> list[tuple[str, Any]]:
    yes_no = {True: _("是"), False: _("否"), None: "—"}
    return [(k, yes_no[v] if v is None or isinstance(v, bool) else v) for k, v in detail.items() if v != ""]


def _fields() -> dict[str, str]:
    return {
        "item": _("条款"), "machine": _("机器"), "before": _("原判定"), "after": _("新判定"), "name": _("名称"),
        "role": _("角色"), "active": _("启用"), "reason": _("原因"), "edition": _("版次"), "score": _("得分"),
        "digest": _("校验值"), "kind": _("类型"), "count": _("数量"), "line": _("行"), "source": _("来源"),
        "speaker": _("说话人"), "technician": _("技师"), "fields": _("修改项"), "rows": _("行数"), "changed": _("变动"),
        "bad": _("有错"), "failures": _("失败次数"), "appeal": _("申诉编号"), "on": _("开启"), "good": _("示范"),
        "recordings": _("录音数"), "signed": _("签核数"), "detail": _("详情"), "period": _("时段"),
        "standard": _("标准"), "from": _("起"), "to": _("止"), "state": _("状态"), "review": _("复核"),
        "team": _("班组"), "format": _("格式"), "decisions": _("复核决定数"), "taken": _("采用"), "kept": _("未采用"),
        "head": _("恢复前的末条"), "left": _("剩余"), "want": _("缺少"), "method": _("方式"), "path": _("网址"),
        "outcome": _("结果"),
        "draft": _("草稿编号"), "what": _("改了什么"), "number": _("第几版"), "version": _("版本号"), "effective_from": _("生效日期"),
        "queued": _("已排队"), "frozen": _("月份已发布"), "done": _("已试算"),
        "note": _("说明"), "files": _("文件"),
    }  # fmt: skip


def _values() -> dict[str, str]:
    return {
        "met": _("达标"),
        "missed": _("未达标"),
        "not_applicable": _("不适用"),
        "cannot_judge": _("无法判断"),
        "not_seen": _("未见"),
        "admin": _("管理员"),
        "qa": _("质检员"),
        "manager": _("主管"),
        "technician": _("技师"),
        "customer": _("客户"),
        "trial": _("试音"),
        "unconnected": _("没有接通"),
        "unrelated": _("无关录音"),
        "other": _("其他"),
        "upheld": _("成立"),
        "partly": _("部分成立"),
        "rejected": _("不成立"),
        "upload": _("网页上传"),
        "import": _("命令导入"),
        "drop": _("收件文件夹"),
        "demo": _("演示"),
        "rights": _("权限"),
        "token": _("表单令牌"),
    }
