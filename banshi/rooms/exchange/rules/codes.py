"""Our words in the codes of the national platform, as data: states (12 … 99), A.5 办理形式, A.7 特别程序, 环节名称."""

from __future__ import annotations

from typing import Final

GRANTED, REFUSED = "50", "40"  # 审批通过, 审批不通过
# Phase → state. What was decided is the one or the other until it is closed.
STATES: Final = {
    "draft": "10", "pre_review": "12", "pre_returned": "14", "pre_passed": "16", "await_receipt": "24", "received": "26",
    "supplement": "28", "accepted": "30", "in_review": "30", "closed": "90", "not_accepted": "97", "withdrawn": "98",
    "terminated": "99",
}  # fmt: skip
DECIDED: Final = ("decided", "issuing", "ready", "delivered")
TO_FOLLOW: Final = "37"  # 已受理待补办: accepted, and a paper is to follow
# Outcome → what it came to: the state in which the case ends, and whether it was granted.
RESULTS: Final = {
    "granted": GRANTED, "refused": REFUSED, "not_accepted": "97", "withdrawn": "98", "terminated": "99", "lapsed": "99",
}  # fmt: skip
FORMS: Final = {"window": "1", "web": "2", "app": "3", "wechat": "3"}  # A.5
OTHER_FORM: Final = "9"
EXTENDED, OTHER_PROCEDURE = "1", "2"  # A.7 延长审批, 其他
# Verb → 环节名称.
STEPS: Final = {
    "submit": "提交", "return": "预审退回", "pass": "预审通过", "expect": "待收件", "expect_no_more": "取消到厅",
    "receive": "收件",
    "notice": "一次性告知", "supplement": "补正", "lapse": "逾期未补正", "refuse": "不予受理", "accept": "受理",
    "deem": "视为受理",
    "hand_over": "移交审查", "opine": "审查", "sign_for": "签收", "refuse_papers": "退回补齐", "consult": "征求意见",
    "answer_consult": "答复意见", "plan_visit": "约定现场勘查", "move_visit": "现场勘查改期",
    "cancel_visit": "现场勘查取消", "ask_visit": "申请改勘查时间", "report_visit": "现场勘查",
    "stop_clock": "特别程序开始", "resume_clock": "特别程序结束", "extend": "延长审批",
    "settle": "容缺补齐", "unmet": "容缺逾期", "decide": "决定", "decide_at_once": "当场决定", "pay": "缴费", "waive": "减免",
    "reassess": "重新核定", "issue": "制证", "shelve": "待领取", "post": "寄出", "come_back": "退件", "deliver": "送达",
    "draw": "摇号", "enter_round": "进入本轮", "close": "办结", "withdraw": "撤回", "terminate": "终止",
    "check_promise": "承诺核查", "revoke": "撤销", "lift_bar": "解除限制",
}  # fmt: skip
# Channel → 收取方式, in the words of the standard: a code of its own nobody has published.
WAYS: Final = {
    "paper": "纸质", "usb": "U盘", "scan": "扫描", "upload": "网传", "library": "证照库", "promise": "告知承诺",
    "card": "读取证件",
}  # fmt: skip
OTHER_STEP, APPLICANT, BY_ITSELF = "其他", "申请人", "自动"


def state(phase: str, *, granted: bool | None, to_follow: bool = False) -> str:
    """:param granted: what was decided; None: nothing yet. :param to_follow: a paper is to follow (容缺)."""
    if phase in DECIDED:
        return REFUSED if granted is False else GRANTED
    return TO_FOLLOW if to_follow and phase in ("accepted", "in_review") else STATES[phase]
