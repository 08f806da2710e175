"""What is said about a case (办件): what happened, what is due by when, what to do now."""

# ruff: noqa: E501 – the words of a message stay on one line
from __future__ import annotations

CASE_WORDS: dict[str, dict[str, str]] = {
    "case_item_retired": {
        "zh": "“{item}”{day}起停止办理[，改办“{instead}”]。填了一半的申报要在那天之前交，过后不能再交。[接着填：{link}]",
        "en": "“{item}” is no longer handled from {day}[; apply for “{instead}” instead]. What you have begun has to be sent before that day.[ Go on here: {link}]",
    },
    "case_item_kept": {
        "zh": "“{item}”不停办了，填了一半的申报可以照常交。[接着填：{link}]",
        "en": "“{item}” is handled as before after all: what you have begun can be sent at any time.[ Go on here: {link}]",
    },
    "case_season_ends": {
        "zh": "“{item}”{day}停止受理，填了一半的申报到那天为止可以交。[接着填：{link}]",
        "en": "“{item}” is received until {day}; what you have begun can be sent until that day.[ Go on here: {link}]",
    },
    "case_unsent_ends": {
        "zh": "“{item}”的申报一直没有办下去，{day}删除，填的内容和材料一并清除。要办的，在那天之前接着办。[接着办：{link}]",
        "en": "What you began for “{item}” is deleted on {day}, with all that was filled in and sent. To keep it, go on before that day.[ Go on here: {link}]",
    },
    "case_by_person": {
        "zh": "“{item}”收到了，办件编号 {case}。没有自动办结，由工作人员来看[：{reason}]。[{day}前答复，有问题一次说清。][看进度：{link}]",
        "en": "“{item}” is in: case {case}. It was not decided at once, a member of staff looks at it[: {reason}].[ You hear by {day}; whatever is wrong is told at once.][ Follow it: {link}]",
    },
    "case_sent": {
        "zh": "“{item}”的申报收到了，办件编号 {case}。{day}前看完材料，有问题一次说清。[看进度：{link}]",
        "en": "The application for “{item}” is in: case {case}. The papers are looked at by {day}; whatever is wrong is told at once.[ Follow it: {link}]",
    },
    "case_returned": {
        "zh": "“{item}”看过了，有几处要改：{bring}。改好再交，其他的不用重填。[怎么改：{link}]",
        "en": "“{item}” was looked over. To be put right: {bring}. Change it and send again; the rest stays as it is.[ What to change: {link}]",
    },
    "case_file_refused": {
        "zh": "“{item}”里{bring}的一个文件，工作人员看过，不能用，没有收。重新拍照，或另存一份再传。[重新传：{link}]",
        "en": "Staff looked at a file for “{item}” and did not take it: {bring}. Photograph it or save it anew, and send it again.[ Send it: {link}]",
    },
    "case_passed": {
        "zh": "“{item}”的材料看过了，都对。[下一步：{link}]",
        "en": "The papers for “{item}” were looked at and are right.[ What comes next: {link}]",
    },
    "case_received": {
        "zh": "“{item}”的材料收下了，办件编号 {case}。[{day}前告诉你受理了没有，缺什么一次说清。][看进度：{link}]",
        "en": "The papers for “{item}” were received: case {case}.[ By {day} you hear whether it is accepted; whatever is missing is told at once.][ Follow it: {link}]",
    },
    "case_at_once": {
        "zh": "“{item}”的材料收下了，办件编号 {case}。即办件，当场办结；缺什么，当场一次说清。[看进度：{link}]",
        "en": "The papers for “{item}” were received: case {case}. It is done on the spot; whatever is missing is told there and then.[ Follow it: {link}]",
    },
    "case_wait": {
        "zh": "“{item}”立等可取，约{at}好。在{hall}休息区等，好了发消息叫你。办件编号 {case}。[看进度：{link}]",
        "en": "“{item}” is done while you wait: about {at}. Wait in the rest area of {hall}; a message calls you. Case {case}.[ Follow it: {link}]",
    },
    "case_wait_late": {
        "zh": "“{item}”比说好的时间晚了，还在做，对不住。好了马上发消息，也可以改天来取。[看进度：{link}]",
        "en": "“{item}” takes longer than was promised; we are sorry. A message calls you once it is ready, or fetch it another day.[ Follow it: {link}]",
    },
    "case_notice": {
        "zh": "“{item}”还要补：{bring}。{day}前补齐，逾期就终止办理。[缺什么、怎么补：{link}]",
        "en": "Still needed for “{item}”: {bring}. Hand it in by {day}; after that the case ends.[ What is missing, and how to put it right: {link}]",
    },
    "case_remind": {
        "zh": "“{item}”要补的材料还没收到，{day}截止。[补材料：{link}]",
        "en": "What is missing for “{item}” has not come yet. The last day is {day}.[ Hand it in: {link}]",
    },
    "case_supplemented": {
        "zh": "“{item}”补的材料收到了。[{day}前告诉你受理了没有。][看进度：{link}]",
        "en": "What was missing for “{item}” has come.[ By {day} you hear whether it is accepted.][ Follow it: {link}]",
    },
    "case_not_accepted": {
        "zh": "“{item}”不予受理：{reason}。不服可以申请行政复议，也可以提起诉讼。[通知书：{link}]",
        "en": "“{item}” is not accepted[: {reason}]. You may ask for a review or go to court.[ The notice: {link}]",
    },
    "case_accepted": {
        "zh": "“{item}”受理了，[{draw}摇号，期限从那天算起，]{day}前作出决定。[{year} 年的放假安排还没公布，日期暂定。][还要补：{bring}。][看进度：{link}]",
        "en": "“{item}” is accepted[, is drawn by lot on {draw}, from which its days run,] and will be decided by {day}.[ The holidays of {year} are not published yet: the day may move.][ Still to follow: {bring}.][ Follow it: {link}]",
    },
    "case_taken": {
        "zh": "“{item}”的材料收下了，也受理了，办件编号 {case}，[{draw}摇号，期限从那天算起，]{day}前作出决定。[{year} 年的放假安排还没公布，日期暂定。][立等可取，约{at}好，在休息区等。][还要补：{bring}。][看进度：{link}]",
        "en": "The papers for “{item}” were received and it is accepted: case {case}[, drawn by lot on {draw}, from which its days run], decided by {day}.[ The holidays of {year} are not published yet: the day may move.][ Wait in the rest area: it is done about {at}.][ Still to follow: {bring}.][ Follow it: {link}]",
    },
    "case_deemed": {
        "zh": "“{item}”到期没有告知要补什么，算受理了，[{draw}摇号，期限从那天算起，]{day}前作出决定。[{year} 年的放假安排还没公布，日期暂定。][看进度：{link}]",
        "en": "Nobody said in time what “{item}” lacks, so it counts as accepted[, is drawn by lot on {draw}, from which its days run,] and will be decided by {day}.[ The holidays of {year} are not published yet: the day may move.][ Follow it: {link}]",
    },
    "case_deemed_late": {
        "zh": "“{item}”到期没有告知要补什么，算受理了。本该{day}前作出决定，已经超期，列入督办；有了决定发消息告诉你。[看进度：{link}]",
        "en": "Nobody said in time what “{item}” lacks, so it counts as accepted. It was to be decided by {day} and is overdue; supervisors see that, and a message tells the decision.[ Follow it: {link}]",
    },
    "case_follow_remind": {
        "zh": "“{item}”还差承诺后补的材料：{bring}，{day}截止。[补材料：{link}]",
        "en": "For “{item}” you promised: {bring}. The last day is {day}.[ Hand it in: {link}]",
    },
    "case_follow_late": {
        "zh": "“{item}”承诺后补的材料到期没有收到：{bring}。决定前还可以补；一直不补，就不能批准。[补材料：{link}]",
        "en": "For “{item}” this did not come by the day you promised: {bring}. It may still come before the decision; without it nothing is granted.[ Hand it in: {link}]",
    },
    "case_follow_came": {
        "zh": "“{item}”后补的材料收到了，符合要求：{bring}。[看进度：{link}]",
        "en": "What was to follow for “{item}” has come and is right: {bring}.[ Follow it: {link}]",
    },
    "case_drawn": {
        "zh": "“{item}”中签了，{day}前作出决定。[{year} 年的放假安排还没公布，日期暂定。][看进度：{link}]",
        "en": "“{item}” was drawn and will be decided by {day}.[ The holidays of {year} are not published yet: the day may move.][ Follow it: {link}]",
    },
    "case_not_drawn": {
        "zh": "“{item}”没有中签。结果和怎样核对都在网上，决定书另发。[看结果：{link}]",
        "en": "“{item}” was not drawn. The result and how to check it are online; the decision follows.[ See it: {link}]",
    },
    "case_next_round": {
        "zh": "“{item}”自动参加下一期摇号，{day}摇号，不用再申请。[看进度：{link}]",
        "en": "“{item}” takes part in the next round by itself, drawn on {day}.[ Follow it: {link}]",
    },
    "case_stopped": {
        "zh": "“{item}”要先做{what}，约 {days} 天，这段时间不算在办理期限里。结束后告诉你新的日期。[看进度：{link}]",
        "en": "“{item}” needs: {what}, about {days} days, which are not counted. The new date is told when it is over.[ Follow it: {link}]",
    },
    "case_stop_longer": {
        "zh": "“{item}”的{what}比告知的 {days} 天长，还没结束，期限照旧不计。结束后告诉你新的日期。[看进度：{link}]",
        "en": "“{item}” needs longer than the {days} days that were told: {what}. The time is still not counted, and the new date is told when it is over.[ Follow it: {link}]",
    },
    "case_goes_on": {
        "zh": "“{item}”接着办，{day}前作出决定。[{year} 年的放假安排还没公布，日期暂定。][看进度：{link}]",
        "en": "“{item}” goes on and will be decided by {day}.[ The holidays of {year} are not published yet: the day may move.][ Follow it: {link}]",
    },
    "case_visit": {
        "zh": "“{item}”{when}现场勘查[，{department}][，{persons} 人上门]。到时有人在场，把场所打开，材料放在手边。[改时间在网上提：{link}][，或者打 {phone}]。",
        "en": "“{item}”: an on-site visit, {when}[, {department}][, {persons} of them]. Be there, open the premises and have your papers at hand.[ Another time: {link}][, or call {phone}].",
    },
    "case_visit_moved": {
        "zh": "“{item}”的现场勘查改到{when}[，原来{was}][，{department}][，{persons} 人上门]。[原因：{reason}。][还要改，在网上提：{link}][，或者打 {phone}]。",
        "en": "The on-site visit for “{item}” is now {when}[, not {was}][, {department}][, {persons} of them].[ Reason: {reason}.][ Another time: {link}][, or call {phone}].",
    },
    "case_visit_off": {
        "zh": "“{item}”{when}的现场勘查取消了，不用等。[原因：{reason}。][看进度：{link}]",
        "en": "The on-site visit for “{item}”, {when}, is off: nobody comes.[ Reason: {reason}.][ Follow it: {link}]",
    },
    "case_extended": {
        "zh": "“{item}”延长 {days} 个工作日，{day}前作出决定[，这是承诺的日期，法定最迟{law}]。[{year} 年的放假安排还没公布，日期暂定。]原因：{reason}。[通知书：{link}]",
        "en": "“{item}” takes {days} working days longer and will be decided by {day}[, as promised; the law allows until {law}].[ The holidays of {year} are not published yet: the day may move.][ Reason: {reason}.][ The notice: {link}]",
    },
    "case_later": {
        "zh": "放假安排公布了，“{item}”改为{day}前办完。[看进度：{link}]",
        "en": "The national holidays were published: “{item}” will now be done by {day}.[ Follow it: {link}]",
    },
    "case_day_later": {
        "zh": "放假安排公布了，“{item}”这一步改为最迟{day}。[看进度：{link}]",
        "en": "The national holidays were published: the last day for this step of “{item}” is now {day}.[ Follow it: {link}]",
    },
    "case_granted": {
        "zh": "“{item}”批准了，{day}前出证。[看决定：{link}]",
        "en": "“{item}” is granted; the result is issued by {day}.[ The decision: {link}]",
    },
    "case_refused": {
        "zh": "“{item}”没有批准[：{reason}]。决定书在{hall}出件窗口，凭[取件码 {code} 或]身份证领[，也可以现在在线看：{link}]。不服可以申请行政复议，也可以提起诉讼，期限从收到决定书算起。",
        "en": "“{item}” is refused[: {reason}]. Fetch the decision at the issue window of {hall} with [code {code} or ]your ID card[, or read it online now: {link}]. You may ask for a review or go to court; the time for it counts from the day you get the decision.",
    },
    "case_ready": {
        "zh": "“{item}”的证照好了[，和“{beside}”的在一处，一趟领齐]。到{hall}出件窗口，出示[取件码 {code} 或]身份证。[也可以在线领电子证照：{link}]",
        "en": "The result of “{item}” is ready[; that of “{beside}” lies there, too]. Fetch it at the issue window of {hall} with [code {code} or ]your ID card.[ Or take it as a file: {link}]",
    },
    "case_to_post": {
        "zh": "“{item}”的证照好了，[{day}前]寄到你填的地址，不用来领；寄出后把运单号发给你。[看进度、改领取方式：{link}]",
        "en": "The result of “{item}” is ready and will be posted[ by {day}] to the address you gave: no need to come. The waybill follows then.[ Follow it, or have it otherwise: {link}]",
    },
    "case_ready_remind": {
        "zh": "“{item}”的结果还在{hall}出件窗口，没有人来领。凭[取件码 {code} 或]身份证领。[也可以在线领：{link}]",
        "en": "The result of “{item}” still lies at the issue window of {hall}. Fetch it with [code {code} or ]your ID card.[ Or take it as a file: {link}]",
    },
    "case_called": {
        "zh": "“{item}”的结果出来了，现在到 {window} 号窗口领取，带上身份证。[看进度：{link}]",
        "en": "The result of “{item}” is ready: fetch it at window {window} now, with the ID card.[ See it here: {link}]",
    },
    "case_in_cabinet": {
        "zh": "“{item}”的证照好了，放在{hall}的“{cabinet}”里[，和“{beside}”的在一处]，24 小时可取[，保留 {hours} 小时]。[取件码 {code}。][也可以在线领电子证照：{link}]",
        "en": "The result of “{item}” lies in {cabinet} of {hall}, at any hour[ for {hours} hours][; that of “{beside}” lies there, too].[ Code {code}.][ Or take it as a file: {link}]",
    },
    "case_code_anew": {
        "zh": "“{item}”的旧取件码作废：代为办理的人不能再领了。[新取件码 {code}。]也可以带身份证到{hall}出件窗口领取。[详情：{link}]",
        "en": "The old code of “{item}” is void: whoever acted may fetch it no more. [ The new code is {code}.] The ID card opens it, too, at the issue window of {hall}.[ See it here: {link}]",
    },
    "case_moved": {
        "zh": "“{item}”的证照从文件柜移到了{hall}出件窗口，取件码不变，也可以出示身份证领取。[详情：{link}]",
        "en": "The result of “{item}” is at the issue window of {hall} now. The code is the same, or bring your ID card.[ See it here: {link}]",
    },
    "case_posted": {
        "zh": "“{item}”的结果寄出了，运单号 {waybill}。[看走到哪了：{link}]",
        "en": "The result of “{item}” is with the courier, waybill {waybill}.[ Follow it: {link}]",
    },
    "case_out": {
        "zh": "“{item}”的结果正在派送，运单号 {waybill}，留意电话。[看走到哪了：{link}]",
        "en": "The result of “{item}” is out for delivery, waybill {waybill}. Keep your telephone near.[ Follow it: {link}]",
    },
    "case_arrived": {
        "zh": "“{item}”的结果已签收，办结了。没收到就联系大厅。[{ask}][全部经过和文书：{link}]",
        "en": "The result of “{item}” was delivered, and the matter is done. Tell the hall if you do not have it.[ The whole story, and its papers: {link}][ {ask}]",
    },
    "case_came_back": {
        "zh": "“{item}”的结果没能送到，退回了{hall}出件窗口。可以再寄、到窗口领，东西不会丢。[选怎么领：{link}]",
        "en": "The result of “{item}” could not be delivered and is back at the issue window of {hall}. Nothing is lost: have it posted again, or fetch it.[ Choose: {link}]",
    },
    "case_papers_came": {
        "zh": "“{item}”寄来的材料{hall}收到了，{day}起算收件。[进度：{link}]",
        "en": "The papers you sent for “{item}” are at {hall}; they count from {day}.[ Follow it: {link}]",
    },
    "case_dropped": {
        "zh": "“{item}”的材料投进了{hall}的文件柜，{day}起算收件。[进度：{link}]",
        "en": "The papers of “{item}” lie in the cabinet of {hall}; they count from {day}.[ Follow it: {link}]",
    },
    "case_fee_due": {
        "zh": "“{item}”批准了，要缴费 {amount} 元，{day}前缴清后出证。[通知书和缴费：{link}]",
        "en": "“{item}” is granted. Pay {amount} yuan by {day}; the result is made then.[ Notice and payment: {link}]",
    },
    "case_fee_anew": {
        "zh": "“{item}”的费用重新核定了，还要缴 {amount} 元，{day}前缴清后出证。以这次的通知书为准。[通知书和缴费：{link}]",
        "en": "The fee for “{item}” was computed anew: {amount} yuan are owed by {day}; the result is made then. This notice takes the place of the one before.[ Notice and payment: {link}]",
    },
    "case_fee_remind": {
        "zh": "“{item}”还没有缴费 {amount} 元，{day}前缴清，缴了才能出证。[去缴费：{link}]",
        "en": "“{item}” is not paid for yet: {amount} yuan by {day}; the result is made once it is.[ Pay here: {link}]",
    },
    "case_fee_paid": {
        "zh": "“{item}”的费用 {amount} 元收到了[，约{at}好，在{hall}出件窗口领][，{day}前出证]。[收据：{link}]",
        "en": "{amount} yuan for “{item}” are paid[; the result is ready about {at}, at the issue window of {hall}][; the result is issued by {day}].[ The receipt: {link}]",
    },
    "case_fee_waived": {
        "zh": "“{item}”的费用减免了，不用缴[，约{at}好，在{hall}出件窗口领][，{day}前出证]。[详情：{link}]",
        "en": "The fee for “{item}” is waived[; the result is ready about {at}, at the issue window of {hall}][; the result is issued by {day}].[ See it here: {link}]",
    },
    "case_fee_less": {
        "zh": "“{item}”的费用重新核定了，不用再缴[，约{at}好，在{hall}出件窗口领][，{day}前出证]。[详情：{link}]",
        "en": "The fee for “{item}” was computed anew: nothing more is owed[; the result is ready about {at}, at the issue window of {hall}][; the result is issued by {day}].[ See it here: {link}]",
    },
    "case_fee_back": {
        "zh": "“{item}”多收或者不该收的 {amount} 元，原路退回给你。[详情：{link}]",
        "en": "{amount} yuan for “{item}” go back to you, the way they came.[ See it here: {link}]",
    },
    "case_fee_fetch": {
        "zh": "“{item}”有 {amount} 元要退给你，到{hall}窗口领取。[详情：{link}]",
        "en": "{amount} yuan for “{item}” are to be paid back to you: fetch them at a window of {hall}.[ See it here: {link}]",
    },
    "case_closed": {
        "zh": "“{item}”办结了。[{ask}][全部经过和文书：{link}]",
        "en": "“{item}” is done.[ The whole story, and its papers: {link}][ {ask}]",
    },
    "case_withdrawn": {
        "zh": "“{item}”按你的要求撤回了，办件编号 {case}。[{when}的预约也取消了，不用来。][经过、要领回的材料：{link}]",
        "en": "“{item}” (case {case}) is withdrawn as you asked.[ What you booked for it, {when}, is cancelled, too.][ See it here: {link}]",
    },
    "case_terminated": {
        "zh": "“{item}”终止办理：{reason}。[{when}的预约也取消了，不用来。][看经过：{link}]",
        "en": "“{item}” ends here[: {reason}].[ What you booked for it, {when}, is cancelled, too.][ What happened: {link}]",
    },
    "case_promise_untrue": {
        "zh": "“{item}”以承诺代替的{bring}，核查后不属实[：{reason}]。[{day}前办事不能再用承诺代替材料。]不服可以申请行政复议，也可以起诉。[告知书：{link}]",
        "en": "What you promised in place of a paper for “{item}” ({bring}) was checked and is not so[: {reason}].[ Until {day} no promise is taken.] You may ask for a review or go to court.[ The notice: {link}]",
    },
    "case_promise_lifted": {
        "zh": "“{item}”承诺核查后的限制解除了，办事又可以用承诺代替材料。[详情：{link}]",
        "en": "What followed the check of a promise for “{item}” is lifted: promises are taken again.[ See it here: {link}]",
    },
    "case_revoked": {
        "zh": "“{item}”的批准撤销了，证照不再有效[：{reason}]。不服可以申请行政复议，也可以起诉。[决定书：{link}]",
        "en": "What was granted for “{item}” is revoked and holds no more[: {reason}]. You may ask for a review or go to court.[ The decision: {link}]",
    },
    "case_lapsed": {
        "zh": "“{item}”要补的材料到期没有收到，办理终止。还要办就重新申报，填过的内容可以接着用。[{link}]",
        "en": "What was missing for “{item}” did not come in time, and the case ends here. You can apply again.[ {link}]",
    },
}  # fmt: skip
