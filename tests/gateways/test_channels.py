"""Gateways against servers that look like the real ones."""

from __future__ import annotations

import email
import email.policy
import smtplib

import pytest
from django.core.exceptions import ImproperlyConfigured

from banshi.config.wiring import warnings, wired
from banshi.gateways.outbox import Outbox
from banshi.gateways.sms_http import SmsHttp, signature
from banshi.gateways.smtp import Smtp
from banshi.gateways.wechat import Wechat
from banshi.rooms.messaging import actions, queries
from banshi.rooms.messaging.models import Delivery, Message
from banshi.rooms.messaging.ports import Attachment, Channel, Final, Outgoing, Passing
from tests.gateways.fakes import FakeMail, FakeSms, FakeWechat, mailing, serving
from tests.town import TUESDAY_NINE

NOBODY_THERE = "http://127.0.0.1:9"


def send(
    channel: Channel,
    *,
    to="+8613800138000",
    idempotency="banshi-1",
    template="reminder",
    text="明天 9:30。带：身份证。",
):
    return channel.send(
        to, text, template=template, params={"when": "明天 9:30", "link": "https://x/a/1"}, idempotency=idempotency
    )


@pytest.fixture
def sms():
    with serving(FakeSms()) as fake:
        yield fake


@pytest.fixture
def wechat():
    with serving(FakeWechat()) as fake:
        yield fake


def sms_to(url):
    return SmsHttp(base_url=url, key="k", secret="s", timeout=2)


def wechat_to(url, secret="s", templates=None):
    return Wechat(app_id="a", secret=secret, templates=templates or {"reminder": "T1"}, base_url=url, timeout=2)


class TestSms:
    def test_one_signed_request_carries_the_message_and_brings_the_receipt(self, sms):
        receipt = send(sms_to(sms.url + "/send"))

        asked = sms.asked[0]
        assert receipt == "sms-banshi-1"
        assert asked.json == {
            "id": "banshi-1", "to": "+8613800138000", "text": "明天 9:30。带：身份证。", "template": "reminder",
            "params": {"when": "明天 9:30", "link": "https://x/a/1"},
        }  # fmt: skip
        assert (asked.path, asked.headers["x-banshi-key"]) == ("/send", "k")
        assert asked.headers["x-banshi-signature"] == signature("s", asked.headers["x-banshi-timestamp"], asked.body)

    def test_the_signature_is_the_one_written_down_for_partners(self):
        assert signature("secret", "1700000000", b'{"id":"1"}') == (
            "0f88f92ececdc5944bc7b31ff2e81b717f5d65771a6e6524cfd39a0d008e9f99"
        )

    def test_the_same_message_again_is_delivered_once(self, sms):
        assert send(sms_to(sms.url)) == send(sms_to(sms.url))
        assert (len(sms.asked), len(sms.delivered)) == (2, 1)

    @pytest.mark.parametrize("status", [401, 402, 403, 404, 408, 409, 425, 429, 500, 502, 503])
    def test_a_busy_gateway_is_asked_again_later(self, sms, status):
        sms.answers = [(status, {})]

        with pytest.raises(Passing):
            send(sms_to(sms.url))

    @pytest.mark.parametrize("status", [400, 410, 413, 422])
    def test_a_refusal_is_final(self, sms, status):
        sms.answers = [(status, {"why": "no"})]

        with pytest.raises(Final, match=str(status)):
            send(sms_to(sms.url))

    def test_a_gateway_that_is_not_there_may_come_back(self):
        with pytest.raises(Passing):
            send(sms_to(NOBODY_THERE))

    def test_accepted_with_an_unreadable_answer_is_still_accepted(self, sms):
        sms.answers = [(200, b"OK")]

        assert send(sms_to(sms.url)) == ""


class TestWechat:
    def test_a_template_message_is_filled_and_its_id_is_the_receipt(self, wechat):
        receipt = send(wechat_to(wechat.url), to="openid")

        message = wechat.delivered["banshi-1"]
        assert receipt == "wechat:1"
        assert (message["touser"], message["template_id"], message["url"]) == ("openid", "T1", "https://x/a/1")
        assert message["data"]["when"] == {"value": "明天 9:30"}

    def test_the_token_is_fetched_once_and_kept(self, wechat):
        channel = wechat_to(wechat.url)

        for n in range(3):
            send(channel, idempotency=f"banshi-{n}")

        assert [asked.path.rsplit("/", 1)[1] for asked in wechat.asked] == ["stable_token", "send", "send", "send"]

    def test_an_expired_token_is_replaced_and_the_message_sent_once(self, wechat):
        channel = wechat_to(wechat.url)
        send(channel, idempotency="banshi-1")
        wechat.expire()

        send(channel, idempotency="banshi-2")

        assert list(wechat.delivered) == ["banshi-1", "banshi-2"]

    @pytest.mark.parametrize("code", [-1, 45009, 45011])
    def test_a_busy_wechat_is_asked_again_later(self, wechat, code):
        wechat.errcode = code

        with pytest.raises(Passing, match=str(code)):
            send(wechat_to(wechat.url))

    @pytest.mark.parametrize("code", [40003, 43004, 43101, 47003, 99999])
    def test_a_person_who_does_not_follow_is_final(self, wechat, code):
        wechat.errcode = code

        with pytest.raises(Final, match=str(code)):
            send(wechat_to(wechat.url))

    def test_a_wrong_secret_is_final(self, wechat):
        with pytest.raises(Final, match="40125"):
            send(wechat_to(wechat.url, secret="wrong"))

    def test_a_message_without_a_template_is_final_unless_one_serves_the_rest(self, wechat):
        with pytest.raises(Final, match="your_turn"):
            send(wechat_to(wechat.url), template="your_turn")
        assert send(wechat_to(wechat.url, templates={"*": "T9"}), template="your_turn") == "wechat:1"

    @pytest.mark.parametrize("answer", [(500, {}), (200, b"<html>")])
    def test_an_answer_that_is_not_wechats_may_pass(self, wechat, answer):
        wechat.answers = [answer]

        with pytest.raises(Passing):
            send(wechat_to(wechat.url))

    def test_the_token_never_shows_in_the_trouble(self):
        with pytest.raises(Passing) as trouble:
            send(wechat_to(NOBODY_THERE))

        assert str(trouble.value) == "WeChat cannot be reached: ConnectError"


class TestMail:
    def test_a_letter_has_the_first_sentence_as_its_subject_and_a_lasting_id(self):
        with mailing(FakeMail()) as fake:
            channel = Smtp(url=f"smtp://127.0.0.1:{fake.port}", sender="hall@town.cn")
            receipts = {send(channel, to="a@b.cn") for _ in range(2)}

        letter = email.message_from_bytes(fake.letters[0], policy=email.policy.default)
        assert (letter["Subject"], letter["To"], letter["From"]) == ("明天 9:30", "a@b.cn", "hall@town.cn")
        assert letter.get_content().strip() == "明天 9:30。带：身份证。"
        assert receipts == {letter["Message-ID"]} == {"<banshi-1@town.cn>"}

    def test_a_letter_carries_its_attachment(self):
        sheet = Attachment("2026-03-11.html", "<p>张三</p>".encode(), "text/html")
        with mailing(FakeMail()) as fake:
            channel = Smtp(url=f"smtp://127.0.0.1:{fake.port}", sender="hall@town.cn")
            channel.send(
                "a@b.cn", "预约单。", template="day_sheet", params={}, idempotency="banshi-1", attachments=[sheet]
            )

        letter = email.message_from_bytes(fake.letters[0], policy=email.policy.default)
        (part,) = letter.iter_attachments()
        assert (part.get_filename(), part.get_content().strip()) == ("2026-03-11.html", "<p>张三</p>")

    @pytest.mark.parametrize(("code", "trouble"), [(450, Passing), (550, Final)])
    def test_a_refused_recipient_passes_or_not_by_its_code(self, code, trouble):
        with mailing(FakeMail(refuse=code)) as fake, pytest.raises(trouble, match=str(code)):
            send(Smtp(url=f"smtp://127.0.0.1:{fake.port}", sender="hall@town.cn"), to="a@b.cn")

    def test_a_wrong_password_is_mended_by_somebody_and_the_letter_waits(self, monkeypatch):
        def unknown(_message):
            raise smtplib.SMTPAuthenticationError(535, b"who?")

        monkeypatch.setattr("banshi.gateways.smtp.EmailMessage.send", unknown)

        with pytest.raises(Passing, match="535"):
            send(Smtp(url="smtp://127.0.0.1:9", sender="hall@town.cn"), to="a@b.cn")

    def test_a_mail_server_that_is_not_there_may_come_back(self):
        with pytest.raises(Passing):
            send(Smtp(url="smtp://127.0.0.1:9", sender="hall@town.cn"), to="a@b.cn")

    def test_a_line_break_in_the_address_never_reaches_the_headers(self):
        with mailing(FakeMail()) as fake, pytest.raises(Final):
            send(Smtp(url=f"smtp://127.0.0.1:{fake.port}", sender="hall@town.cn"), to="a@b.cn\nBcc: c@d.cn")

        assert fake.letters == []


class TestOutbox:
    def test_it_remembers_each_message_once(self, db):
        channel = Outbox("sms")

        receipts = [
            send(channel),
            *channel.send_many([Outgoing("", "", "", {}, "banshi-1"), Outgoing("", "", "", {}, "banshi-2")]),
        ]

        assert receipts == ["outbox:banshi-1", "outbox:banshi-1", "outbox:banshi-2"]
        assert list(Delivery.objects.order_by("message").values_list("message", flat=True)) == ["banshi-1", "banshi-2"]


class TestWiring:
    def test_without_settings_every_channel_is_the_outbox(self):
        assert {name: type(channel) for name, channel in wired({}).items()} == {
            "sms": Outbox, "wechat": Outbox, "email": Outbox,
        }  # fmt: skip

    def test_each_channel_can_be_a_real_one(self):
        found = wired({
            "BANSHI_SMS": "http:https://sms.cn/send", "BANSHI_SMS_KEY": "k", "BANSHI_SMS_SECRET": "s",
            "BANSHI_WECHAT": "api", "BANSHI_WECHAT_APP_ID": "a", "BANSHI_WECHAT_SECRET": "s",
            "BANSHI_WECHAT_TEMPLATES": '{"*": "T"}',
            "BANSHI_EMAIL": "smtp+tls://u:p@mail.cn:587", "BANSHI_EMAIL_FROM": "hall@town.cn",
        })  # fmt: skip

        assert {name: type(channel) for name, channel in found.items()} == {
            "sms": SmsHttp,
            "wechat": Wechat,
            "email": Smtp,
        }

    @pytest.mark.parametrize("env", [{}, {"BANSHI_SMS": "outbox", "BANSHI_WECHAT": "outbox", "BANSHI_EMAIL": "outbox"}])
    def test_where_people_are_served_the_outbox_never_says_sent(self, env):
        real = env | {"BANSHI_MODE": "production"}

        found = wired(real)

        assert list(found) == ["sms"]
        with pytest.raises(Passing, match=r"no SMS gateway is set \(BANSHI_SMS\)"):
            send(found["sms"])
        assert warnings(real) == [
            "no SMS gateway is set: messages and sign-in codes wait and reach nobody. Set BANSHI_SMS (docs/operate.md)"
        ]

    def test_a_demo_and_a_real_gateway_need_no_warning(self):
        assert warnings({}) == []
        assert warnings({"BANSHI_MODE": "production", "BANSHI_SMS": "http:https://sms.cn/send"}) == []

    def test_a_channel_can_be_off(self):
        assert list(wired({"BANSHI_WECHAT": "off", "BANSHI_EMAIL": "off"})) == ["sms"]

    @pytest.mark.parametrize(
        ("env", "says"),
        [
            ({"BANSHI_SMS": "pigeon"}, "BANSHI_SMS is"),
            ({"BANSHI_SMS": "http:https://x"}, "set BANSHI_SMS_KEY"),
            ({"BANSHI_WECHAT": "on"}, "BANSHI_WECHAT is"),
            ({"BANSHI_WECHAT": "api"}, "set BANSHI_WECHAT_TEMPLATES"),
            ({"BANSHI_WECHAT": "api", "BANSHI_WECHAT_TEMPLATES": "T1"}, "is JSON"),
            ({"BANSHI_EMAIL": "mail.cn"}, "BANSHI_EMAIL is"),
            ({"BANSHI_EMAIL": "smtp://mail.cn"}, "set BANSHI_EMAIL_FROM"),
        ],
    )
    def test_a_wrong_setting_says_what_to_set(self, env, says):
        with pytest.raises(ImproperlyConfigured, match=says):
            wired(env)


@pytest.mark.race
def test_the_whole_way_many_messages_through_a_gateway_that_stumbles(committed_town, sms):
    committed_town.policy(messages={"channels": ["sms"]})
    for n in range(30):
        actions.write(
            key="reminder", to_phone="13800138000", hall="town", subject="appointment:K7", params={"code": str(n)},
            dedupe=f"r:{n}", now=TUESDAY_NINE,
        )  # fmt: skip
    sms.answers = [(503, {}), (200, b"?"), (429, {})]
    channels: dict[str, Channel] = {"sms": sms_to(sms.url)}

    first = actions.drain(channels=channels, now=TUESDAY_NINE)
    Message.objects.filter(state="due").update(retry_at=None)
    second = actions.drain(channels=channels, now=TUESDAY_NINE)

    assert (first, second) == (28, 2)
    assert queries.counts()["sent"] == 30
    assert len(sms.asked) == 32
    assert len({asked.headers["idempotency-key"] for asked in sms.asked}) == 30
