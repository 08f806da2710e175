"""The common words of every message, by key and language. zh as a good clerk speaks: what, when, where, what to bring."""

# ruff: noqa: E501 – the words of a message stay on one line
from __future__ import annotations

from banshi.rooms.messaging.rules.case_words import CASE_WORDS

# What a placeholder says where a message brings no value of its own.
UNSAID: dict[str, dict[str, dict[str, str]]] = {
    "code": {"whom": {"zh": "别告诉任何人", "en": "Tell nobody"}},
    "missed": {
        "how": {
            "zh": "还要办：到取号机扫码，或找导办。码在这里",
            "en": "Still need it? Scan its code at the number machine, or ask a guide",
        }
    },
    "redirected": {
        "show": {"zh": "扫号票上或链接里的码", "en": "scan the code of the slip or the link"},
    },
    "line_stopped": {"stays": {"zh": "号和位置都保留。", "en": "the number and its place stay."}},
    "line_goes_on": {"again": {"zh": "还在原来的位置。", "en": "it is where it was in line."}},
    "evacuated": {"stays": {"zh": "号和位置都保留。", "en": "the number and its place stay."}},
    "evacuation_over": {"again": {"zh": "还在原来的位置。", "en": "it is where it was in line."}},
}

# key → language → words. zh as a good clerk speaks: what, when, where, what to bring.
COMMON: dict[str, dict[str, str]] = {
    "code": {
        "zh": "验证码 {code}[，{minutes} 分钟内有效]。[{whom}。]",
        "en": "Code {code}[, valid for {minutes} minutes].[ {whom}.]",
    },
    "confirmation": {
        "zh": "约好了：{when}，{hall}[，办“{item}”][，{persons} 人一起叫一个号]。[带：{bring}。][提前 {early} 分钟到。][{by_video}。][预约号 {code}。][出示、改期、取消：{link}]",
        "en": "Booked: {when}, {hall}[, for “{item}”][, {persons} people with one number].[ Bring: {bring}.][ Come {early} minutes early.][ {by_video}.]"
        "[ Reference {code}.][ Show, change or cancel: {link}]",
    },
    "reminder": {
        "zh": "{when}，{hall}[，办“{item}”][，{persons} 人一起叫一个号]。[带：{bring}。][提前 {early} 分钟到。][{by_video}。][来不了就取消，把位子让出来：{link}]",
        "en": "{when}, {hall}[, for “{item}”][, {persons} people with one number].[ Bring: {bring}.][ Come {early} minutes early.][ {by_video}.]"
        "[ Can't come? Cancel and somebody else can: {link}]",
    },
    "leave": {
        "zh": "该出门了：{when}，{hall}[，{address}][，办“{item}”]。[带：{bring}。][进门先取号，出示：{link}]",
        "en": "Time to leave: {when}, {hall}[ ({address})][, for “{item}”].[ Bring: {bring}.][ Take a number first; show: {link}]",
    },
    "moved": {
        "zh": "改好了：[原来{was}，]现在{when}，{hall}[，办“{item}”][，{persons} 人一起叫一个号]。[原因：{reason}。][提前 {early} 分钟到。][{by_video}。][预约号不变：{code}。][{link}]",
        "en": "Changed[ from {was}]: now {when}, {hall}[, for “{item}”][, {persons} people with one number].[ Reason: {reason}.][ Come {early} minutes early.][ {by_video}.]"
        "[ The reference stays {code}.][ {link}]",
    },
    "moved_by_hall": {
        "zh": "{hall}把[原来{was}的]预约[“{item}”]换到{when}。[{closed}。][原因：{reason}。]很抱歉。[提前 {early} 分钟到。][预约号不变：{code}。][这个时间不合适就改期或取消，不计次数：{link}]",
        "en": "{hall} had to move the appointment[ of {was}][ for “{item}”] to {when}[: {closed}].[ Reason: {reason}.] We are sorry."
        "[ Come {early} minutes early.][ The reference stays {code}.][ Does it not suit? Change or cancel it, it does not count: {link}]",
    },
    "old_time_free": {
        "zh": "{hall}：[原来{was}的]时间[“{item}”]又能约了。现在约在{when}，不改也有效。[要换回去就改期：{link}]",
        "en": "{hall}: the time of {was}[ for “{item}”] can be booked again. The appointment {when} stands as it is.[ Move it back here: {link}]",
    },
    "closure_off": {
        "zh": "{hall}：原来通知的关闭取消了，{when}的预约[“{item}”]照常，按时来。[{link}]",
        "en": "{hall}: the closure announced before is off; the appointment {when}[ for “{item}”] stands as booked.[ {link}]",
    },
    "time_back": {
        "zh": "{hall}：{when}又开放了，大厅取消的那次预约[“{item}”]可以再约。[另约：{link}]",
        "en": "{hall} is open again {when}; what it had cancelled[, “{item}”,] can be booked again.[ Book it: {link}]",
    },
    "cancelled": {
        "zh": "已取消：{when}，{hall}[，办“{item}”]。[点错了马上能再约：{link}]",
        "en": "Cancelled: {when}, {hall}[, for “{item}”].[ By mistake? Book again at once: {link}]",
    },
    "cancelled_by_hall": {
        "zh": "{hall}取消了{when}的预约[“{item}”]。[{closed}。][原因：{reason}。]很抱歉，这不计入取消次数。[另约时间：{link}]",
        "en": "{hall} had to cancel {when}[, “{item}”][: {closed}].[ Reason: {reason}.] We are sorry; it does not count against anyone."
        "[ Choose another time: {link}]",
    },
    "closure": {
        "zh": "{hall}：[{closed}，]{when}的预约[“{item}”]办不了，要换个时间。[原因：{reason}。][改期：{link}]",
        "en": "{hall}: [{closed}; ]the appointment {when}[ for “{item}”] cannot be served and needs another time.[ Reason: {reason}.][ Change it: {link}]",
    },
    "item_retired": {
        "zh": "“{item}”{day}起停止办理[，改办“{instead}”]。{when}在{hall}的预约还在，可以提前，也可以取消。[看预约：{link}]",
        "en": "“{item}” is no longer handled from {day}[; apply for “{instead}” instead]. Your appointment {when} at {hall} stands; move it forward or cancel it.[ See it here: {link}]",
    },
    "item_kept": {
        "zh": "“{item}”不停办了，{when}在{hall}的预约照常。[看预约：{link}]",
        "en": "“{item}” is handled as before after all: your appointment {when} at {hall} stands.[ See it here: {link}]",
    },
    "no_show": {
        "zh": "{when}在{hall}没等到人，[“{item}”的]预约记为失约[，这是第 {count} 次]。[满 {limit} 次，网上预约停 {days} 天。][有特殊情况可以申诉：{link}]",
        "en": "Nobody came {when} to {hall}[ for “{item}”]: noted as a no-show[, number {count}]."
        "[ {limit} of them stop online booking for {days} days.][ Had a reason? Appeal: {link}]",
    },
    "suspended": {
        "zh": "网上预约暂停[，{since}起][，到{until}为止][，因为{reason}]。现场取号照常。[不认可可以申诉：{link}]",
        "en": "Online booking is suspended[ from {since}][ until {until}][, because: {reason}]. Walk-in numbers are still given."
        "[ Not right? Appeal: {link}]",
    },
    "lifted": {
        "zh": "网上预约恢复了，现在就能约。[{reason}。][{link}]",
        "en": "Online booking works again, from now.[ {reason}.][ {link}]",
    },
    "appeal_answered": {
        "zh": "申诉有答复了：{outcome}。{answer}[看记录：{link}]",
        "en": "The appeal is answered: {outcome}. {answer}[ The record: {link}]",
    },
    "waiting_offer": {
        "zh": "有位子了：{when}，{hall}[，办“{item}”]。[留到{expires}。][要就点：{link}]",
        "en": "A place is free: {when}, {hall}[, for “{item}”].[ Kept until {expires}.][ Take it: {link}]",
    },
    "ahead": {
        "zh": "[{number} 号，]{in_line}[，约 {minutes} 分钟][，最多 {at_most} 分钟]。[到{floor}等。][看进度：{link}]",
        "en": "[Number {number}: ]{in_line}[, about {minutes} minutes][, at most {at_most}].[ Wait on {floor}.][ Follow it: {link}]",
    },
    "your_turn": {
        "zh": "{number} 号，到了：[{floor}，]{window} 号窗口。[{link}]",
        "en": "Number {number}, now: [{floor}, ]window {window}.[ {link}]",
    },
    "order_taken": {
        "zh": "热线工单 {number} 已记下[：{item}]。[看办理情况：{link}]",
        "en": "Hotline order {number} is taken down[: {item}].[ Follow it: {link}]",
    },
    "order_replied": {
        "zh": "热线工单 {number}[（{item}）]有答复了。[看答复：{link}]",
        "en": "Hotline order {number}[ ({item})] has an answer.[ Read it: {link}]",
    },
    "order_closed": {
        "zh": "热线工单 {number}[（{item}）]已办结。[办得怎么样：{link}]",
        "en": "Hotline order {number}[ ({item})] is closed.[ How did it go: {link}]",
    },
    "call_near": {
        "zh": "视频办[ {number} 号，]{in_line}[，约 {minutes} 分钟]。[回到等候的页面：{link}]",
        "en": "Video help[, number {number}]: {in_line}[, about {minutes} minutes].[ Back to the page that waits: {link}]",
    },
    "call_closed": {
        "zh": "{hall}的视频办今天结束了[，{number} 号没能接通，抱歉]。[下次开放：{when}。][{how}：{link}]",
        "en": "Video help of {hall} is over for today[ and number {number} was not answered: we are sorry].[ It opens again {when}.][ {how}: {link}]",
    },
    "call_unanswered": {
        "zh": "{hall}给你回电，没有人接。[{how}：{link}]",
        "en": "{hall} called you back and nobody answered.[ {how}: {link}]",
    },
    "missed": {
        "zh": "{number} 号刚才叫过，没等到人。[{advice}][最早可以约：{next}。][{how}：{link}]",
        "en": "Number {number} was called and nobody came.[ {advice}][ First free time: {next}.][ {how}: {link}]",
    },
    "redirected": {
        "zh": "到{hall}接着办[“{item}”]，那边的号是 {number}。[{way}。][到了在取号机{show}，从到达时起排队。][{link}]",
        "en": "Go on to {hall}[ for “{item}”]; your number there is {number}.[ {way}.][ At the number machine there {show}; you are in line from then on.][ {link}]",
    },
    "rate": {
        "zh": "[“{item}”]办得怎么样？点一下就行：{link}",
        "en": "How did it go[ with “{item}”]? One tap: {link}",
    },
    "enquiry_answered": {
        "zh": "你问的“{item}”，{hall}答复了。[看答复：{link}]",
        "en": "{hall} answered your question on “{item}”.[ Read the answer: {link}]",
    },
    "home_visit_planned": {
        "zh": "“{item}”{when}上门办[，{persons} 人来]。到时在家等，证件和材料放在手边。[改时间：{link}][，或者打 {phone}]",
        "en": "“{item}”: we come to you, {when}[, {persons} of us]. Be there, with your papers at hand.[ Another time: {link}][, or call {phone}]",
    },
    "home_visit_moved": {
        "zh": "“{item}”改到{when}上门[，原来{was}][，{persons} 人来]。[原因：{reason}。][还要改：{link}][，或者打 {phone}]",
        "en": "“{item}”: we now come {when}[, not {was}][, {persons} of us].[ Reason: {reason}.][ Another time: {link}][, or call {phone}]",
    },
    "home_visit_on_the_way": {
        "zh": "办“{item}”的工作人员出发了[，约{when}到]。[联系：{phone}]",
        "en": "We are on the way for “{item}”[, planned {when}].[ Call {phone}]",
    },
    "home_visit_off": {
        "zh": "“{item}”的上门取消了[，{when}不用等]。[原因：{reason}。][{link}]",
        "en": "The visit for “{item}” is off[: nobody comes {when}].[ Reason: {reason}.][ {link}]",
    },
    "rating_answered": {
        "zh": "{hall}回复了[{day}的]评价：{text}[还有话说：{link}]",
        "en": "{hall} answered the rating[ of {day}]: {text}[ More to say: {link}]",
    },
    "rating_settled": {
        "zh": "你[{day}]的评价，{hall}处理完了：{text}[看全部：{link}]",
        "en": "{hall} is done with your rating[ of {day}]: {text}[ All of it: {link}]",
    },
    "rating_set_aside": {
        "zh": "你[{day}]的评价经核实不计入评价结果：{text}[不同意打 {phone}。][{link}]",
        "en": "Your rating[ of {day}] was looked into and is not counted: {text}[ If you disagree, call {phone}.][ {link}]",
    },
    "booking_open": {
        "zh": "可以约了：{hall}[，{day}]的号放出来了[，“{item}”在内]。[{link}]",
        "en": "Booking is open: {hall}[, {day}][, “{item}” included].[ {link}]",
    },
    "day_sheet": {
        "zh": "{hall}{day}预约单：{count} 个预约。附件可以打印，断网断电时照单办理。",
        "en": "Day sheet of {hall}, {day}: {count} appointments. The attachment prints: work by it when the line is down.",
    },
    "kept": {
        "zh": "{hall}：[{closed}，但]{when}的预约[“{item}”]照常有效：按时来，照常进门、照常叫号。[原因：{reason}。]万一没办成，不计失约。[{link}]",
        "en": "{hall}: [{closed}, but ]the appointment {when}[ for “{item}”] stands: come as booked, you are let in and called.[ Reason: {reason}.] If it cannot be served, it is no no-show.[ {link}]",
    },
    "excused": {
        "zh": "{hall}：[{closed}，]{when}的预约[“{item}”]那时办不了，不计失约。[原因：{reason}。][换个时间：{link}]",
        "en": "{hall}: [{closed}; ]the appointment {when}[ for “{item}”] cannot be served then and is no no-show.[ Reason: {reason}.][ Choose another time: {link}]",
    },
    "outage": {
        "zh": "{when}{hall}的机器出了故障[（{reason}）]，这次预约[“{item}”]不计失约。没办成的可以再约：{link}",
        "en": "The machines of {hall} failed {when}[ ({reason})]; the appointment[ for “{item}”] is no no-show. If it was not served, book again: {link}",
    },
    "no_show_off": {
        "zh": "{when}{hall}那次没到[，“{item}”]不计失约了，记录已改[：{reason}]。",
        "en": "The no-show of {when} at {hall}[, “{item}”,] no longer counts; the record is changed[: {reason}].",
    },
    "line_stopped": {
        "zh": "[{over}]{number} 号：{hall}[的{part}]暂停叫号[，因为{reason}][，预计{until}恢复]。{stays}[到{floor}等。][看进度：{link}]",
        "en": "[{over} ]{hall} has stopped calling[ for {part}][, because: {reason}][; expected back {until}]. Number {number}: {stays}[ Wait on {floor}.][ Follow it: {link}]",
    },
    "line_goes_on": {
        "zh": "{number} 号：{hall}[的{part}]恢复叫号。[{still}还在疏散，别过去。]{again}[看进度：{link}]",
        "en": "{hall} is calling again[ for {part}].[ {still} is still evacuated: keep out.] Number {number}: {again}[ Follow it: {link}]",
    },
    "evacuated": {
        "zh": "疏散：离开{hall}[的{part}]，听现场工作人员指引。[原因：{reason}。][预计{until}恢复。]{number} 号：{stays}[{news}][看进度：{link}]",
        "en": "Evacuation: leave {hall}[, {part},] and follow the staff there.[ Reason: {reason}.][ Expected back {until}.] Number {number}: {stays}[ {news}][ Follow it: {link}]",
    },
    "evacuation_over": {
        "zh": "{hall}[的{part}]疏散结束，可以回来了。[{still}还在疏散，别过去。]{number} 号{again}[看进度：{link}]",
        "en": "The evacuation of {hall}[, {part},] is over: come back.[ {still} is still evacuated: keep out.] Number {number}: {again}[ Follow it: {link}]",
    },
    "booking_over": {
        "zh": "{hall}，{when}的预约[“{item}”]{fate}。[很抱歉，这不算失约。最早可以约：{next}。][{link}]",
        "en": "{hall}, the appointment of {when}[, “{item}”]: {fate}.[ We are sorry; it does not count against anyone. First free time: {next}.][ {link}]",
    },
    "not_served": {
        "zh": "{number} 号今天没能办上，很抱歉[，因为{reason}]。这不算失约。[最早可以约：{next}。][现在就约：{link}]",
        "en": "Number {number} could not be served today[, because: {reason}]. We are sorry; it does not count against anyone.[ First free time: {next}.][ Book it: {link}]",
    },
    "not_finished": {
        "zh": "{number} 号今天没能办完，很抱歉[，因为{reason}]。[最早可以约时间接着办：{next}。]",
        "en": "Number {number} could not be finished today[, because: {reason}]. We are sorry.[ First free time to go on with it: {next}.]",
    },
    "earlier_offer": {
        "zh": "有更早的位子：{when}，{hall}[，办“{item}”][，原来约在{was}]。[留到{expires}。][要换就点，不换就不用管：{link}]",
        "en": "An earlier place: {when}, {hall}[, for “{item}”][; booked for {was}].[ Kept until {expires}.][ Take it, or leave things as they are: {link}]",
    },
    "agent_asked": {
        "zh": "{hall}想把这个号码登记为代办人[“{text}”]。是就登录后同意，不是就拒绝；不管它，什么都不变。[{link}]",
        "en": "{hall} wants to register this number as the agent[ “{text}”]. Sign in to accept, or say it is not you; without an answer nothing changes.[ {link}]",
    },
    "mandate_given": {
        "zh": "{text}可以代你预约、改期和取消了[，到{until}为止]，委托材料{hall}看过。[不是你委托的，登录后就能结束：{link}]",
        "en": "{text} may now book, move and cancel for you[, until {until}]; {hall} has seen the paper.[ Not by you? Sign in and end it: {link}]",
    },
    "agent_suspended": {
        "zh": "{hall}停用了代办人[“{text}”][，因为{reason}]。委托停着，不能代人预约、改期、取消；约好的归委托人。[有疑问打{phone}。][{link}]",
        "en": "{hall} suspended the agent[ “{text}”][, because: {reason}]. Its mandates rest: no booking, moving or cancelling for clients; what is booked is theirs.[ Questions: {phone}.][ {link}]",
    },
    "agent_restored": {
        "zh": "{hall}恢复了代办人[“{text}”]：没结束的委托照旧有效，可以代人预约了；停用时归了委托人的预约仍归本人。[{link}]",
        "en": "{hall} restored the agent[ “{text}”]: the mandates in force hold again, and it may book for clients. What passed to clients meanwhile stays theirs.[ {link}]",
    },
    "mandate_over": {
        "zh": "一份代办委托结束了[（{reason}）]，不能再替这位委托人预约、改期或取消；约好的归本人。[还有谁的委托：{link}]",
        "en": "A mandate is over[ ({reason})]: no more booking, moving or cancelling for this client; what is booked is theirs.[ Mandates in force: {link}]",
    },
    "guardian_entered": {
        "zh": "窗口登记了一份监护关系：监护人可以替孩子预约、办事、领证[，到{until}为止]。不对就到窗口提出异议。[{link}]",
        "en": "A window entered a guardianship: the guardian may book, apply and collect for the child[, until {until}]. If it is not so, contest it at a window.[ {link}]",
    },
    "guardian_contested": {
        "zh": "一份监护关系有人提出异议，核实前停用：监护人暂时不能替孩子办事。有证明材料可以带到窗口。[{link}]",
        "en": "A guardianship is contested and rests until that is settled: the guardian cannot act for the child meanwhile. Bring papers that show it to a window.[ {link}]",
    },
    "guardian_ended": {
        "zh": "一份监护关系结束了，这位监护人不再替孩子办事；办了的照样有效。不对就到窗口问。[{link}]",
        "en": "A guardianship is over: this guardian acts for the child no longer; what was applied for stands. If that is wrong, ask at a window.[ {link}]",
    },
    "agent_booked": {
        "zh": "{text}代你约好了：{when}，{hall}[，办“{item}”]。[预约号 {code}。][看、改期、取消：{link}]",
        "en": "{text} booked for you: {when}, {hall}[, for “{item}”].[ Reference {code}.][ See, change or cancel: {link}]",
    },
    "agent_moved": {
        "zh": "{text}替你改期了：现在{when}，{hall}[，办“{item}”]。[预约号不变：{code}。][{link}]",
        "en": "{text} moved your appointment: now {when}, {hall}[, for “{item}”].[ The reference stays {code}.][ {link}]",
    },
    "agent_cancelled": {
        "zh": "{text}替你取消了：{when}，{hall}[，办“{item}”]。[{link}]",
        "en": "{text} cancelled for you: {when}, {hall}[, for “{item}”].[ {link}]",
    },
    "booking_yours": {
        "zh": "[{reason}，]{when}{hall}的预约[“{item}”]现在归你自己管：按时来；来不了就改期或取消。[{link}]",
        "en": "[{reason}; ]The appointment {when} at {hall}[ for “{item}”] is yours to manage now. Come as booked; if you cannot, change or cancel it.[ {link}]",
    },
    "waiting_yours": {
        "zh": "[{reason}，]{day}{hall}[“{item}”]的候补归你自己了，位置不变，轮到就通知你。[不等了可以退出：{link}]",
        "en": "[{reason}; ]The wait for a place at {hall}[ for “{item}”] on {day} is yours now, at the same place in line; you are told when it is your turn.[ Leave it here: {link}]",
    },
    "waiting_over": {
        "zh": "[{reason}，]{day}{hall}[“{item}”]不再有人替你候补。[还想等，自己候补：{link}]",
        "en": "[{reason}; ]Nobody waits for you any more for a place at {hall}[ for “{item}”] on {day}.[ Wait yourself: {link}]",
    },
    "waiting_missed": {
        "zh": "{day}{hall}[“{item}”]没等到位子，候补到此为止，很抱歉。[最早可以约：{next}。][现在就约：{link}]",
        "en": "No place became free at {hall}[ for “{item}”] on {day}; the wait ends here. We are sorry.[ First free time: {next}.][ Book it: {link}]",
    },
    "waiting_closed": {
        "zh": "{hall}{day}[“{item}”]不能约了，候补到此为止。[换一天：{link}]",
        "en": "{hall} can no longer be booked[ for “{item}”] on {day}; the wait for a place ends here.[ Choose another day: {link}]",
    },
    "waiting_open": {
        "zh": "{hall}{day}[“{item}”]又能约了，现在有空位，不用再候补。[预约：{link}]",
        "en": "{hall} can be booked again[ for “{item}”] on {day} and has free places; there is nothing to wait for.[ Book it: {link}]",
    },
    "waiting_again": {
        "zh": "{hall}{day}[“{item}”]又能约了，你的候补接着排，位置不变，轮到就通知你。",
        "en": "{hall} can be booked again[ for “{item}”] on {day}; your wait for a place goes on at the same place in line, and you are told when it is your turn.",
    },
    "waiting_unbooked": {
        "zh": "{hall}[“{item}”]不再接受预约，{day}的候补到此为止，很抱歉。[{text}]",
        "en": "{hall} takes no more bookings[ for “{item}”]; the wait for a place on {day} ends here. We are sorry.[ {text}]",
    },
    "waiting_place_off": {
        "zh": "{hall}：留给你的{when}的位子[“{item}”]取消了，大厅那时不办。[{text}]",
        "en": "{hall}: the place kept for you {when}[ for “{item}”] is off, it is not served then.[ {text}]",
    },
    "waiting_list_off": {
        "zh": "{hall}不再设候补，{day}[“{item}”]的候补到此为止，很抱歉。[{text}][有空位时可以直接约：{link}]",
        "en": "{hall} keeps no waiting list any more; the wait for a place[ for “{item}”] on {day} ends here. We are sorry.[ {text}][ Book a place when one is free: {link}]",
    },
    **CASE_WORDS,
}  # fmt: skip

LANGUAGES = ("zh", "en")
